package bench

import (
	"github.com/bytedance/sonic"
	jsonv2 "github.com/go-json-experiment/json"
	goccy "github.com/goccy/go-json"
)

// Decoder is a function for clients.WithDecoder, with its name.
type Decoder struct {
	Name      string
	Unmarshal func([]byte, any) error
}

// Decoders are those that are tested and measured.
func Decoders() []Decoder {
	return []Decoder{
		{"sonic", sonic.Unmarshal},
		{"goccy", goccy.Unmarshal},
		{"json-v2", func(data []byte, out any) error { return jsonv2.Unmarshal(data, out) }},
	}
}
