package directory_test

import (
	"context"
	"fmt"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/sim"
)

func ExampleWalk() {
	// A simulated vendor; with real credentials, leave WithBaseURL out.
	server, err := sim.Listen("127.0.0.1:0", sim.WithPeople(100), sim.WithDepartments(12))
	if err != nil {
		panic(err)
	}
	defer server.Close()
	demo := server.Credentials().WeCom
	c, err := wecom.New(
		wecom.Config{CorpID: demo.CorpID, AppSecret: clients.Secret(demo.AppSecret)},
		clients.WithBaseURL(server.WeComURL()),
	)
	if err != nil {
		panic(err)
	}

	people, memberships := 0, 0
	for user, err := range directory.Walk(context.Background(), directory.WeCom(c), directory.WalkOptions{}) {
		if err != nil {
			fmt.Println("incomplete:", err)
			return
		}
		people++
		memberships += len(user.Departments)
	}
	fmt.Println(people, "people,", memberships >= people)
	// Output: 100 people, true
}
