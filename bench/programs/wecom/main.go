// Wecom reads a person of WeCom's.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/gen/wecomapi"
)

func main() {
	c, err := wecom.New(wecom.Config{CorpID: "bench-app-1", AppSecret: "bench-secret-0123456789"})
	if err != nil {
		panic(err)
	}
	if len(os.Args) > 1 { // without, it ends where it could begin
		fmt.Println(c.GetUser(context.Background(), &wecomapi.GetUserParams{UserID: os.Args[1]}))
	}
}
