package wire

// FormatError says what form a value should have had. It never quotes the value, which may be personal data.
type FormatError string

func (e FormatError) Error() string { return string(e) }
