package wire

import "encoding/json"

// Cursor is where the next page of a list begins. It tells an absent key, for which an older one may stand in, from the
// empty or null one that ends the list.
type Cursor struct {
	Value string
	Sent  bool // the key was there
}

// UnmarshalJSON accepts a string and null.
func (c *Cursor) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*c = Cursor{Sent: true}
		return nil
	}
	text, err := stringOf(data)
	if err != nil {
		return FormatError("want a string or null")
	}
	*c = Cursor{Value: text, Sent: true}
	return nil
}

// MarshalJSON writes a string.
func (c Cursor) MarshalJSON() ([]byte, error) { return json.Marshal(c.Value) }
