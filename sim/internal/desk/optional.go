package desk

import "unicode/utf8"

// IsBlank tells whether an optional text is absent or empty.
func IsBlank(text *string) bool { return text == nil || *text == "" }

// Outside tells whether a text that is set has fewer or more characters than allowed.
func Outside(text *string, least, most int) bool {
	if text == nil {
		return false
	}
	n := utf8.RuneCountInString(*text)
	return n < least || n > most
}

// ListOf returns an optional list; nil if it is absent.
func ListOf[T any](list *[]T) []T {
	if list == nil {
		return nil
	}
	return *list
}
