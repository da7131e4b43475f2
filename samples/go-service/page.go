package main

import (
	"encoding/binary"
	"strconv"
)

// page is a document as it is served.
type page struct {
	html []byte
	// tag changes with the content.
	tag uint64
}

// render turns a document into a page: contents first, then the text.
func render(document string) page {
	blocks := split(document)
	html := make([]byte, 0, 2*len(document))
	html = append(html, "<!doctype html>\n"...)
	html = contents(html, blocks)
	body := len(html)
	for _, each := range blocks {
		html = each.render(html)
	}
	return page{html, tag(html[body:])}
}

// contents lists the headings with links to them.
func contents(html []byte, blocks []block) []byte {
	html = append(html, "<nav><ol>\n"...)
	for _, each := range blocks {
		if each.kind != heading {
			continue
		}
		html = append(html, `<li><a class="contents-entry" rel="section" href="#`...)
		html = anchor(html, each.lines[0])
		html = append(html, `">`...)
		html = inline(html, each.lines[0])
		html = append(html, "</a></li>\n"...)
	}
	return append(html, "</ol></nav>\n"...)
}

// render appends a block's HTML.
func (b block) render(html []byte) []byte {
	switch b.kind {
	case heading:
		level := strconv.Itoa(b.level)
		html = append(html, "<h"+level+` id="`...)
		html = anchor(html, b.lines[0])
		html = append(html, `">`...)
		html = inline(html, b.lines[0])
		return append(html, "</h"+level+">\n"...)
	case code:
		html = append(html, "<pre><code>"...)
		for _, line := range b.lines {
			html = append(escape(html, line), '\n')
		}
		return append(html, "</code></pre>\n"...)
	case list:
		html = append(html, "<ul>\n"...)
		for _, line := range b.lines {
			html = append(html, "<li>"...)
			html = append(inline(html, line), "</li>\n"...)
		}
		return append(html, "</ul>\n"...)
	case table:
		return b.renderTable(html)
	default:
		html = append(html, "<p>"...)
		for index, line := range b.lines {
			if index > 0 {
				html = append(html, '\n')
			}
			html = inline(html, line)
		}
		return append(html, "</p>\n"...)
	}
}

// renderTable appends a row a line; cells stand between bars.
func (b block) renderTable(html []byte) []byte {
	html = append(html, "<table>\n"...)
	for _, line := range b.lines {
		html = append(html, "<tr>"...)
		for start := 1; start < len(line); {
			end := start
			for end < len(line) && line[end] != '|' {
				end++
			}
			html = append(html, "<td>"...)
			html = append(inline(html, line[start:end]), "</td>"...)
			start = end + 1
		}
		html = append(html, "</tr>\n"...)
	}
	return append(html, "</table>\n"...)
}

// tag hashes a text as FNV-1a does, in words of four bytes; what is left of a word at the end does not count.
func tag(text []byte) uint64 {
	hash := uint64(14695981039346656037) ^ uint64(len(text))
	for ; len(text) >= 4; text = text[4:] {
		hash = (hash ^ uint64(binary.LittleEndian.Uint32(text))) * 1099511628211
	}
	return hash
}
