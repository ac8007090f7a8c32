// Floor is the least program that reads a person: net/http and encoding/json, for one vendor.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/roster-go/roster/bench/floor"
)

func main() {
	c := floor.NewWeCom("http://127.0.0.1")
	if len(os.Args) > 1 { // without, it ends where it could begin
		fmt.Println(c.GetUser(context.Background(), os.Args[1]))
	}
}
