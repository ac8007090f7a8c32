// Wps reads a person of WPS 365's.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/roster-go/roster/clients/wps"
	"github.com/roster-go/roster/gen/wpsapi"
)

func main() {
	c, err := wps.New(wps.Config{AppID: "bench-app-1", AppKey: "bench-secret-0123456789"})
	if err != nil {
		panic(err)
	}
	if len(os.Args) > 1 { // without, it ends where it could begin
		fmt.Println(c.GetUser(context.Background(), os.Args[1], &wpsapi.GetUserParams{}))
	}
}
