// HTTP/1.1, as much of it as one GET after another needs.
#pragma once

#include <functional>
#include <string>

// Answers with the body that `answer` makes of a path, 404 where that is empty. Each connection has its own thread and its
// own answer, made by `connect`. Returns only when the port cannot be listened on.
using Answer = std::function<std::string(const std::string &path)>;
void serve(unsigned short port, const std::function<Answer()> &connect);
