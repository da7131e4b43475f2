// Command pages serves documents written in Markdown as HTML.
//
//	pages PORT
//
// GET /pages/N renders document N; GET /healthz says that it answers.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
	"strconv"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: pages PORT")
	}
	documents := corpus(64)
	http.HandleFunc("GET /healthz", func(answer http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(answer, "ok")
	})
	http.HandleFunc("GET /pages/{number}", func(answer http.ResponseWriter, request *http.Request) {
		number, err := strconv.ParseUint(request.PathValue("number"), 10, 32)
		if err != nil {
			http.NotFound(answer, request)
			return
		}
		page := render(documents[number%uint64(len(documents))])
		record(page)
		answer.Header().Set("Content-Type", "text/html; charset=utf-8")
		answer.Header().Set("ETag", fmt.Sprintf("%q", strconv.FormatUint(page.tag, 16)))
		answer.Write(page.html)
	})
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
}
