// An HTTP service as people write them: decodes a query, sorts, answers JSON. Prints its port.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"net"
	"net/http"
	"sort"
	"strings"
)

type entry struct {
	Word  string `json:"word"`
	Count int    `json:"count"`
}

func count(text string) []entry {
	counts := map[string]int{}
	for _, word := range strings.Fields(text) {
		counts[strings.ToLower(word)]++
	}
	entries := make([]entry, 0, len(counts))
	for word, number := range counts {
		entries = append(entries, entry{word, number})
	}
	sort.Slice(entries, func(a, b int) bool {
		if entries[a].Count != entries[b].Count {
			return entries[a].Count > entries[b].Count
		}
		return entries[a].Word < entries[b].Word
	})
	return entries
}

func main() {
	text := strings.Builder{}
	for i := 0; i < 300; i++ {
		fmt.Fprintf(&text, "Word%d the value%d ", i*i%97, i%13)
	}
	http.HandleFunc("/", func(answer http.ResponseWriter, _ *http.Request) {
		answer.Header().Set("content-type", "application/json")
		json.NewEncoder(answer).Encode(count(text.String()))
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("port %d\n", listener.Addr().(*net.TCPAddr).Port)
	log.Fatal(http.Serve(listener, nil))
}
