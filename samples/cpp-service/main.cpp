// Plans tours through a city: routes PORT [SURVEY]
//
// GET /tours/N answers with a tour whose stops the number decides; GET /healthz says that it answers.
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "answer.h"
#include "server.h"

int main(int count, char **words) {
  if (count != 2 && count != 3) {
    std::fprintf(stderr, "usage: routes PORT [SURVEY]\n");
    return 2;
  }
  const std::unique_ptr<Relief> relief = count == 3 ? survey(words[2]) : noise();
  if (relief == nullptr) {
    std::fprintf(stderr, "routes: %s has no heights\n", words[2]);
    return 2;
  }
  const City city = build_city(80, 80);
  serve(std::atoi(words[1]), [&city, &relief] {
    // Each connection searches by itself.
    auto search = std::make_shared<Search>(city);
    return [&city, &relief, search](const std::string &path) -> std::string {
      if (path == "/healthz") return "ok\n";
      if (path.rfind("/tours/", 0) != 0) return "";
      return tour(city, *relief, *search, std::atoi(path.c_str() + 7));
    };
  });
  std::perror("routes");
  return 1;
}
