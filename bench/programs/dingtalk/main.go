// Dingtalk reads a person of DingTalk's.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/roster-go/roster/gen/dingtalkapi"
)

func main() {
	c, err := dingtalk.New(dingtalk.Config{AppKey: "bench-app-1", AppSecret: "bench-secret-0123456789"})
	if err != nil {
		panic(err)
	}
	if len(os.Args) > 1 { // without, it ends where it could begin
		fmt.Println(c.GetUserV2(context.Background(), &dingtalkapi.GetUserV2Request{UserID: os.Args[1]}))
	}
}
