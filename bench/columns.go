package bench

import (
	"context"
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

// APIs returns what is measured. The first column of each is the floor, the second one roster as it is, the others are
// roster with other decoders.
func APIs() []API {
	return []API{
		{"wecom", "/wecom", columns(floor.NewWeCom, openWeCom)},
		{"dingtalk-v2", "/dingtalk", columns(floor.NewDingTalkV2, openDingTalkV2)},
		{"dingtalk-v1", "/dingtalk", columns(floor.NewDingTalkV1, openDingTalkV1)},
		{"feishu", "/feishu", columns(floor.NewFeishu, openFeishu)},
		{"wps", "/wps", columns(floor.NewWPS, openWPS)},
	}
}

func columns[F Client](plain func(base string) F, ours func(options []clients.Option) (Client, error),
) []Column {
	all := []Column{
		{Floor, func(base string) (Client, error) { return plain(base), nil }},
		{Roster, func(base string) (Client, error) { return ours(options(base)) }},
	}
	for _, decoder := range Decoders() {
		all = append(all, Column{Roster + "-" + decoder.Name, func(base string) (Client, error) {
			return ours(append(options(base), clients.WithDecoder(decoder.Unmarshal)))
		}})
	}
	return all
}

// The names of the first two columns.
const (
	Floor  = "floor"
	Roster = "roster"
)

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

func openWeCom(options []clients.Option) (Client, error) {
	c, err := wecom.New(wecom.Config{CorpID: floor.ID, AppSecret: floor.Secret}, options...)
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

func openDingTalk(options []clients.Option) (*dingtalk.Client, error) {
	return dingtalk.New(dingtalk.Config{AppKey: floor.ID, AppSecret: floor.Secret}, options...)
}

func openDingTalkV1(options []clients.Option) (Client, error) {
	c, err := openDingTalk(options)
	return dingTalkV1{c}, err
}

func (c dingTalkV1) GetUser(ctx context.Context, id string) (string, error) {
	params := &dingtalkapi.GetUserV1Params{UserID: id}
	user, err := c.GetUserV1(ctx, params) //nolint:staticcheck // measured for those who have it
	if err != nil {
		return "", err
	}
	return user.Name, nil
}

func (c dingTalkV1) ListAll(ctx context.Context) (int, error) {
	return count(c.DepartmentUsersV1(ctx, 1)) //nolint:staticcheck // as above
}

type dingTalkV2 struct{ *dingtalk.Client }

func openDingTalkV2(options []clients.Option) (Client, error) {
	c, err := openDingTalk(options)
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

func openFeishu(options []clients.Option) (Client, error) {
	c, err := feishu.New(feishu.Config{AppID: floor.ID, AppSecret: floor.Secret}, options...)
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

func openWPS(options []clients.Option) (Client, error) {
	c, err := wps.New(wps.Config{AppID: floor.ID, AppKey: floor.Secret, UnsignedPathPrefix: "/"}, options...)
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
