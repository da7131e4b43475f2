package main

import "strings"

type kind int

const (
	paragraph kind = iota
	heading
	code
	list
	table
)

// block is a run of lines that belong together, without the marks that say so.
type block struct {
	kind  kind
	level int
	lines []string
}

// split cuts a document into blocks.
func split(document string) []block {
	var blocks []block
	var open *block
	add := func(kind kind, level int, line string) {
		if open == nil || open.kind != kind || kind == heading {
			blocks = append(blocks, block{kind: kind, level: level})
			open = &blocks[len(blocks)-1]
		}
		open.lines = append(open.lines, line)
	}
	fenced := false
	for line := range lines(document) {
		switch {
		case strings.HasPrefix(line, "```"):
			fenced = !fenced
			open = nil
		case fenced:
			add(code, 0, line)
		case strings.TrimSpace(line) == "":
			open = nil
		case line[0] == '#':
			text := strings.TrimLeft(line, "#")
			add(heading, len(line)-len(text), strings.TrimSpace(text))
		case strings.HasPrefix(line, "- "):
			add(list, 0, line[2:])
		case line[0] == '|':
			add(table, 0, line)
		default:
			add(paragraph, 0, line)
		}
	}
	return blocks
}

// lines walks over the lines of a text, without their ends.
func lines(text string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for len(text) > 0 {
			line, rest, _ := strings.Cut(text, "\n")
			if !yield(line) {
				return
			}
			text = rest
		}
	}
}
