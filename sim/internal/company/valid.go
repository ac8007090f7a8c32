package company

import "strings"

// ValidUserID tells whether a new person may have the id.
func ValidUserID(id string) bool {
	const first = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	return id != "" && len(id) <= 64 && strings.Contains(first, id[:1]) && strings.Trim(id, first+"_-@.") == ""
}

// ValidMobile tells whether a text is a mobile number; see ParseMobile.
func ValidMobile(text string) bool {
	_, ok := ParseMobile(text)
	return ok
}

// ValidMail tells whether a text of at most so many bytes is a mail address.
func ValidMail(text string, most int) bool {
	local, domain, ok := strings.Cut(text, "@")
	return ok && len(text) >= 6 && len(text) <= most && local != "" && strings.Contains(domain, ".") &&
		!strings.ContainsAny(text, " <>,;")
}
