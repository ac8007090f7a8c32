package wire

import (
	"strconv"
)

// Int is an integer that the wire writes as a number or as a string of digits. An empty string and null decode to zero.
// It is encoded as a number.
type Int int64

// UnmarshalJSON accepts 12, "12", "" and null.
func (i *Int) UnmarshalJSON(data []byte) error {
	text := string(data)
	if len(text) >= 2 && text[0] == '"' {
		text = text[1 : len(text)-1]
	}
	if text == "" || text == "null" {
		*i = 0
		return nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return FormatError("want a whole number or a string of digits")
	}
	*i = Int(n)
	return nil
}
