package roster_test

import (
	"fmt"
	"io/fs"

	"github.com/roster-go/roster"
)

// The samples of one operation.
func ExampleSamples() {
	files, err := fs.Glob(roster.Samples(), "wecom/GetUseridByMobile/*.json")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, file := range files {
		fmt.Println(file)
	}
	// Output:
	// wecom/GetUseridByMobile/error-blocked.json
	// wecom/GetUseridByMobile/error-not-found.json
	// wecom/GetUseridByMobile/success.json
}
