package roster

import (
	"embed"
	"io/fs"
)

//go:embed testdata
var testdata embed.FS

// Samples returns the wire samples that the clients are tested with, as <vendor>/<operation>/<case>.json: documented
// and recorded answers in which people and companies are made up. contract.Run takes them for its offline part. The
// README of folder specs says what stands in a file.
func Samples() fs.FS {
	samples, _ := fs.Sub(testdata, "testdata") // fails for a malformed name only
	return samples
}
