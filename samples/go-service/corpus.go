package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

var syllables = strings.Fields("an be cor du el fa gri ho is ju ka lo men nu or pe qua ri so ta ur ve wi xo yl za")

// writer makes documents up; the same ones at every start.
type writer struct {
	random *rand.Rand
	text   strings.Builder
}

// corpus writes so many documents.
func corpus(count int) []string {
	documents := make([]string, count)
	for number := range documents {
		w := writer{random: rand.New(rand.NewPCG(1, uint64(number)))}
		for section := range 40 {
			w.section(section)
		}
		documents[number] = w.text.String()
	}
	return documents
}

func (w *writer) section(number int) {
	fmt.Fprintf(&w.text, "## %d. %s & %s\n\n", number+1, w.words(3), w.words(2))
	for range 1 + w.random.IntN(3) {
		fmt.Fprintln(&w.text, w.line())
	}
	w.text.WriteByte('\n')
	switch number % 3 {
	case 0:
		for range 3 {
			fmt.Fprintf(&w.text, "- %s\n", w.line())
		}
	case 1:
		for range 3 {
			fmt.Fprintf(&w.text, "| %s | `%s` | %s |\n", w.words(2), w.words(1), w.words(3))
		}
	default:
		w.text.WriteString("```\n")
		for range 4 {
			fmt.Fprintf(&w.text, "if (%s < %s && %s > 0) print(\"%s\");\n", w.words(1), w.words(1), w.words(1), w.words(2))
		}
		w.text.WriteString("```\n")
	}
	w.text.WriteByte('\n')
}

// line is a line of running text with a mark now and then.
func (w *writer) line() string {
	parts := make([]string, 0, 4)
	for range 4 {
		switch w.random.IntN(8) {
		case 0:
			parts = append(parts, "*"+w.words(2)+"*")
		case 1:
			parts = append(parts, "**"+w.words(2)+"**")
		case 2:
			parts = append(parts, "`"+w.words(1)+"`")
		case 3:
			parts = append(parts, fmt.Sprintf("[%s](https://%s.example/?a=%d&b=%d)", w.words(2), w.words(1), w.random.IntN(90), w.random.IntN(90)))
		default:
			parts = append(parts, w.words(4))
		}
	}
	return strings.Join(parts, " ")
}

func (w *writer) words(count int) string {
	words := make([]string, count)
	for index := range words {
		for range 2 + w.random.IntN(3) {
			words[index] += syllables[w.random.IntN(len(syllables))]
		}
	}
	return strings.Join(words, " ")
}
