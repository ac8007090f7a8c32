package sim

import "unicode/utf8"

// isBlank tells whether an optional text is absent or empty.
func isBlank(text *string) bool { return text == nil || *text == "" }

// outside tells whether a text that is set has fewer or more characters than allowed.
func outside(text *string, least, most int) bool {
	if text == nil {
		return false
	}
	n := utf8.RuneCountInString(*text)
	return n < least || n > most
}

// listOf returns an optional list; nil if it is absent.
func listOf[T any](list *[]T) []T {
	if list == nil {
		return nil
	}
	return *list
}
