package main

import "strings"

// inline appends a text's HTML: `code`, *emphasis*, **strong** and [links](to), everything else escaped.
func inline(html []byte, text string) []byte {
	for len(text) > 0 {
		mark := strings.IndexAny(text, "`*[")
		if mark < 0 {
			return typeset(html, text)
		}
		html = typeset(html, text[:mark])
		text = text[mark:]
		switch {
		case text[0] == '`':
			html, text = span(html, text, "`", "code")
		case strings.HasPrefix(text, "**"):
			html, text = span(html, text, "**", "strong")
		case text[0] == '*':
			html, text = span(html, text, "*", "em")
		default:
			html, text = link(html, text)
		}
	}
	return html
}

// span appends what stands between two marks as an element and returns what follows; a mark without its partner is text.
func span(html []byte, text, mark, element string) ([]byte, string) {
	inner, rest, found := strings.Cut(text[len(mark):], mark)
	if !found {
		return escape(html, mark), text[len(mark):]
	}
	html = append(html, '<')
	html = append(append(html, element...), '>')
	if element == "code" {
		html = escape(html, inner)
	} else {
		html = inline(html, inner)
	}
	html = append(html, '<', '/')
	return append(append(html, element...), '>'), rest
}

// link appends [text](to) and returns what follows; a bracket that begins no link is text.
func link(html []byte, text string) ([]byte, string) {
	label, rest, labelled := strings.Cut(text[1:], "](")
	target, rest, targeted := strings.Cut(rest, ")")
	if !labelled || !targeted {
		return append(html, '['), text[1:]
	}
	html = append(html, `<a href="`...)
	html = append(escape(html, target), `">`...)
	return append(inline(html, label), "</a>"...), rest
}

// typeset appends running text: escaped, and with the characters that keyboards lack.
func typeset(html []byte, text string) []byte {
	for at := 0; at < len(text); {
		html, at = character(html, text, at)
	}
	return html
}

// character appends what a text has at one place and returns the place behind it.
func character(html []byte, text string, at int) ([]byte, int) {
	switch each := text[at]; each {
	case '-':
		if strings.HasPrefix(text[at:], "---") {
			return append(html, "—"...), at + 3
		}
		if strings.HasPrefix(text[at:], "--") {
			return append(html, "–"...), at + 2
		}
		return append(html, each), at + 1
	case '.':
		if strings.HasPrefix(text[at:], "...") {
			return append(html, "…"...), at + 3
		}
		return append(html, each), at + 1
	case '&', '<', '>', '"':
		return escape(html, text[at:at+1]), at + 1
	default:
		return append(html, each), at + 1
	}
}

// escape appends a text without characters that mean something in HTML.
func escape(html []byte, text string) []byte {
	for _, each := range []byte(text) {
		switch each {
		case '&':
			html = append(html, "&amp;"...)
		case '<':
			html = append(html, "&lt;"...)
		case '>':
			html = append(html, "&gt;"...)
		case '"':
			html = append(html, "&quot;"...)
		default:
			html = append(html, each)
		}
	}
	return html
}

// anchor appends a heading's name in links: letters and digits in lower case, one hyphen for everything else.
func anchor(html []byte, text string) []byte {
	start := len(html)
	for _, each := range []byte(text) {
		switch {
		case each >= 'A' && each <= 'Z':
			html = append(html, each+'a'-'A')
		case each >= 'a' && each <= 'z', each >= '0' && each <= '9':
			html = append(html, each)
		case len(html) > start && html[len(html)-1] != '-':
			html = append(html, '-')
		}
	}
	return html
}
