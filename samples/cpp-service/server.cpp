#include "server.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <thread>

namespace {
void write_all(int connection, const std::string &text) {
  for (std::size_t sent = 0; sent < text.size();) {
    const ssize_t count = send(connection, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return;
    sent += count;
  }
}

std::string response(const std::string &body) {
  const char *status = body.empty() ? "404 Not Found" : "200 OK";
  char head[128];
  std::snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n", status, body.size());
  return head + body;
}

void talk(int connection, const Answer &answer) {
  std::string pending;
  char bytes[4096];
  for (ssize_t count; (count = recv(connection, bytes, sizeof bytes, 0)) > 0;) {
    pending.append(bytes, count);
    for (std::size_t end; (end = pending.find("\r\n\r\n")) != std::string::npos; pending.erase(0, end + 4)) {
      const std::size_t start = pending.find(' ') + 1;
      write_all(connection, response(answer(pending.substr(start, pending.find(' ', start) - start))));
    }
  }
  close(connection);
}
}  // namespace

void serve(unsigned short port, const std::function<Answer()> &connect) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0 || listen(listener, 128) != 0) return;
  for (;;) {
    const int connection = accept(listener, nullptr, nullptr);
    if (connection < 0) continue;
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    std::thread(talk, connection, connect()).detach();
  }
}
