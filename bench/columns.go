package bench

import (
	"context"
	"fmt"
	"iter"

	"github.com/roster-go/roster/bench/floor"
	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/roster-go/roster/clients/feishu"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/clients/wps"
	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/gen/wpsapi"
)

// Client is what is measured of a vendor's client, be it ours, the floor's or somebody else's.
type Client interface {
	// GetUser reads one person and returns the name.
	GetUser(ctx context.Context, id string) (name string, err error)

	// ListAll reads all people of a department and returns their number.
	ListAll(ctx context.Context) (people int, err error)
}

// Column makes the clients of one column. base is where the server of package server has the vendor.
type Column struct {
	Name string
	Open func(base string) (Client, error)
}

// API is an interface of a vendor's that is measured.
type API struct {
	Name    string
	Base    string // path of it at the server
	Columns []Column
}

// Decoder is a function for clients.WithDecoder, with its name.
type Decoder struct {
	Name      string
	Unmarshal func([]byte, any) error
}

// APIs returns what is measured. The first column of each is the floor, the second one roster.
func APIs() []API {
	return []API{
		{"wecom", "/wecom", []Column{
			{"floor", func(base string) (Client, error) { return floor.NewWeCom(base), nil }},
			{"roster", openWeCom},
		}},
		{"dingtalk-v2", "/dingtalk", []Column{
			{"floor", func(base string) (Client, error) { return floor.NewDingTalkV2(base), nil }},
			{"roster", openDingTalkV2},
		}},
		{"dingtalk-v1", "/dingtalk", []Column{
			{"floor", func(base string) (Client, error) { return floor.NewDingTalkV1(base), nil }},
			{"roster", openDingTalkV1},
		}},
		{"feishu", "/feishu", []Column{
			{"floor", func(base string) (Client, error) { return floor.NewFeishu(base), nil }},
			{"roster", openFeishu},
		}},
		{"wps", "/wps", []Column{
			{"floor", func(base string) (Client, error) { return floor.NewWPS(base), nil }},
			{"roster", openWPS},
		}},
	}
}

// options are those of every client of ours. The quotas are left out, since they are what would be measured.
func options(base string) []clients.Option {
	return []clients.Option{clients.WithBaseURL(base), clients.WithLimiter(clients.NoLimit)}
}

func count[T any](all iter.Seq2[T, error]) (int, error) {
	people := 0
	for _, err := range all {
		if err != nil {
			return 0, err
		}
		people++
	}
	return people, nil
}

type weCom struct{ *wecom.Client }

func openWeCom(base string) (Client, error) {
	c, err := wecom.New(wecom.Config{CorpID: floor.ID, AppSecret: floor.Secret}, options(base)...)
	return weCom{c}, err
}

func (c weCom) GetUser(ctx context.Context, id string) (string, error) {
	user, err := c.Client.GetUser(ctx, &wecomapi.GetUserParams{UserID: id})
	if err != nil {
		return "", err
	}
	return user.Name, nil
}

func (c weCom) ListAll(ctx context.Context) (int, error) { return count(c.DepartmentUsers(ctx, 1)) }

type dingTalkV1 struct{ *dingtalk.Client }

func openDingTalk(base string) (*dingtalk.Client, error) {
	return dingtalk.New(dingtalk.Config{AppKey: floor.ID, AppSecret: floor.Secret}, options(base)...)
}

func openDingTalkV1(base string) (Client, error) {
	c, err := openDingTalk(base)
	return dingTalkV1{c}, err
}

func (c dingTalkV1) GetUser(ctx context.Context, id string) (string, error) {
	user, err := c.GetUserV1(ctx, &dingtalkapi.GetUserV1Params{UserID: id})
	if err != nil {
		return "", err
	}
	return user.Name, nil
}

func (c dingTalkV1) ListAll(ctx context.Context) (int, error) {
	return count(c.DepartmentUsersV1(ctx, 1))
}

type dingTalkV2 struct{ *dingtalk.Client }

func openDingTalkV2(base string) (Client, error) {
	c, err := openDingTalk(base)
	return dingTalkV2{c}, err
}

func (c dingTalkV2) GetUser(ctx context.Context, id string) (string, error) {
	user, err := c.GetUserV2(ctx, &dingtalkapi.GetUserV2Request{UserID: id})
	if err != nil {
		return "", err
	}
	return user.Result.Name, nil
}

func (c dingTalkV2) ListAll(ctx context.Context) (int, error) {
	return count(c.DepartmentUsers(ctx, 1))
}

type feishuClient struct{ *feishu.Client }

func openFeishu(base string) (Client, error) {
	c, err := feishu.New(feishu.Config{AppID: floor.ID, AppSecret: floor.Secret}, options(base)...)
	return feishuClient{c}, err
}

func (c feishuClient) GetUser(ctx context.Context, id string) (string, error) {
	user, err := c.Client.GetUser(ctx, id, &feishuapi.GetUserParams{UserIDType: new(feishuapi.UserIDTypeOpenID)})
	if err != nil {
		return "", err
	}
	return user.Data.User.Name, nil
}

func (c feishuClient) ListAll(ctx context.Context) (int, error) {
	return count(c.DepartmentUsers(ctx, "od-1"))
}

type wpsClient struct{ *wps.Client }

func openWPS(base string) (Client, error) {
	c, err := wps.New(wps.Config{AppID: floor.ID, AppKey: floor.Secret, UnsignedPathPrefix: "/"}, options(base)...)
	return wpsClient{c}, err
}

func (c wpsClient) GetUser(ctx context.Context, id string) (string, error) {
	user, err := c.Client.GetUser(ctx, id, &wpsapi.GetUserParams{WithDept: new(true)})
	if err != nil {
		return "", err
	}
	return user.Data.UserName, nil
}

func (c wpsClient) ListAll(ctx context.Context) (int, error) { return count(c.Users(ctx)) }

// Open makes the client of a column.
func (a API) Open(column, base string) (Client, error) {
	for _, c := range a.Columns {
		if c.Name == column {
			return c.Open(base + a.Base)
		}
	}
	return nil, fmt.Errorf("%s has no column %s", a.Name, column)
}
