// Feishu reads a person of Feishu's.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/roster-go/roster/clients/feishu"
	"github.com/roster-go/roster/gen/feishuapi"
)

func main() {
	c, err := feishu.New(feishu.Config{AppID: "bench-app-1", AppSecret: "bench-secret-0123456789"})
	if err != nil {
		panic(err)
	}
	if len(os.Args) > 1 { // without, it ends where it could begin
		fmt.Println(c.GetUser(context.Background(), os.Args[1], &feishuapi.GetUserParams{}))
	}
}
