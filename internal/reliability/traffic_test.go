package reliability

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/roster-go/roster/clients/feishu"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/clients/wps"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/gen/wpsapi"
	"github.com/roster-go/roster/sim"
	"github.com/roster-go/roster/wire"
	"github.com/stretchr/testify/require"
)

// vendorNames are the vendors in the order of the page's columns.
var vendorNames = []string{"wecom", "dingtalk", "feishu", "wps"}

// call is one of a vendor's operations.
type call struct {
	operation *wire.Operation
	do        func(ctx context.Context, word string) error
}

// vendor is what is sent to one vendor.
type vendor struct {
	name      string
	directory directory.Directory
	read      call // a person
	create    call // a department with the name
	update    call // gives a person the title
	remove    func(ctx context.Context, d sim.Department) error
	list      string // the operation that people are listed by
	tree      string // the operation that departments are listed by

	personID     func(sim.Person) string
	departmentID func(sim.Department) string
}

// open opens the four vendors of a simulator. somebody is who is read and gets titles.
func open(t *testing.T, server *sim.Server, options ...clients.Option) map[string]vendor {
	t.Helper()
	demo := server.Credentials()
	at := func(base string) []clients.Option {
		return append([]clients.Option{clients.WithBaseURL(base)}, options...)
	}
	we, err := wecom.New(wecom.Config{CorpID: demo.WeCom.CorpID, AgentID: demo.WeCom.AppAgentID,
		AppSecret:     clients.Secret(demo.WeCom.AppSecret),
		ContactSecret: clients.Secret(demo.WeCom.ContactSecret)}, at(server.WeComURL())...)
	require.NoError(t, err)
	ding, err := dingtalk.New(dingtalk.Config{AppKey: demo.DingTalk.AppKey,
		AppSecret: clients.Secret(demo.DingTalk.AppSecret)}, at(server.DingTalkURL())...)
	require.NoError(t, err)
	fei, err := feishu.New(feishu.Config{AppID: demo.Feishu.AppID, AppSecret: clients.Secret(demo.Feishu.AppSecret)},
		at(server.FeishuURL())...)
	require.NoError(t, err)
	w, err := wps.New(wps.Config{AppID: demo.WPS.AppID, AppKey: clients.Secret(demo.WPS.AppKey)},
		at(server.WPSURL())...)
	require.NoError(t, err)
	somebody := anybody(server)
	root, _ := server.Organisation().Department(sim.RootDepartment)
	return map[string]vendor{
		"wecom": {
			name: "wecom", directory: directory.WeCom(we),
			read: call{wecomapi.OpGetUser, func(ctx context.Context, _ string) error {
				_, err := we.GetUser(ctx, &wecomapi.GetUserParams{UserID: somebody.UserID})
				return err
			}},
			create: call{wecomapi.OpCreateDepartment, func(ctx context.Context, name string) error {
				_, err := we.CreateDepartment(ctx, &wecomapi.CreateDepartmentRequest{Name: name,
					ParentID: root.WeComID})
				return err
			}},
			update: call{wecomapi.OpUpdateUser, func(ctx context.Context, title string) error {
				_, err := we.UpdateUser(ctx, &wecomapi.UpdateUserRequest{UserID: somebody.UserID, Position: &title})
				return err
			}},
			remove: func(ctx context.Context, d sim.Department) error {
				_, err := we.DeleteDepartment(ctx, &wecomapi.DeleteDepartmentParams{ID: d.WeComID})
				return err
			},
			list: "GetUserList", tree: "ListDepartment",
			personID:     func(p sim.Person) string { return wecom.FoldUserID(p.UserID) },
			departmentID: func(d sim.Department) string { return strconv.FormatInt(d.WeComID, 10) },
		},
		"dingtalk": {
			name: "dingtalk", directory: directory.DingTalk(ding),
			read: call{dingtalkapi.OpGetUserV2, func(ctx context.Context, _ string) error {
				_, err := ding.GetUserV2(ctx, &dingtalkapi.GetUserV2Request{UserID: somebody.UserID})
				return err
			}},
			create: call{dingtalkapi.OpCreateDepartmentV2, func(ctx context.Context, name string) error {
				_, err := ding.CreateDepartmentV2(ctx, &dingtalkapi.CreateDepartmentV2Request{Name: name,
					ParentID: root.DingTalkID})
				return err
			}},
			update: call{dingtalkapi.OpUpdateUserV2, func(ctx context.Context, title string) error {
				_, err := ding.UpdateUserV2(ctx, &dingtalkapi.UpdateUserV2Request{UserID: somebody.UserID,
					Title: &title})
				return err
			}},
			remove: func(ctx context.Context, d sim.Department) error {
				_, err := ding.DeleteDepartmentV2(ctx, &dingtalkapi.DeleteDepartmentV2Request{DeptID: d.DingTalkID})
				return err
			},
			list: "listDepartmentUsersV2", tree: "listSubDepartmentsV2",
			personID:     func(p sim.Person) string { return p.UserID },
			departmentID: func(d sim.Department) string { return strconv.FormatInt(d.DingTalkID, 10) },
		},
		"feishu": {
			name: "feishu", directory: directory.Feishu(fei),
			read: call{feishuapi.OpGetUser, func(ctx context.Context, _ string) error {
				_, err := fei.GetUser(ctx, somebody.FeishuOpenID, nil)
				return err
			}},
			create: call{feishuapi.OpCreateDepartment, func(ctx context.Context, name string) error {
				_, err := fei.CreateDepartment(ctx, nil, &feishuapi.CreateDepartmentRequest{Name: name,
					ParentDepartmentID: root.FeishuID})
				return err
			}},
			update: call{feishuapi.OpPatchUser, func(ctx context.Context, title string) error {
				_, err := fei.PatchUser(ctx, somebody.FeishuOpenID, nil, &feishuapi.PatchUserRequest{JobTitle: &title})
				return err
			}},
			remove: func(ctx context.Context, d sim.Department) error {
				_, err := fei.DeleteDepartment(ctx, d.FeishuOpenID, nil)
				return err
			},
			list: "listUsersByDepartment", tree: "listDepartmentChildren",
			personID:     func(p sim.Person) string { return p.FeishuOpenID },
			departmentID: func(d sim.Department) string { return d.FeishuOpenID },
		},
		"wps": {
			name: "wps", directory: directory.WPS(w),
			read: call{wpsapi.OpGetUser, func(ctx context.Context, _ string) error {
				_, err := w.GetUser(ctx, somebody.WPSUserID, nil)
				return err
			}},
			create: call{wpsapi.OpCreateDept, func(ctx context.Context, name string) error {
				_, err := w.CreateDept(ctx, nil, &wpsapi.CreateDeptRequest{Name: name, ParentID: root.WPSID})
				return err
			}},
			update: call{wpsapi.OpUpdateUser, func(ctx context.Context, title string) error {
				_, err := w.UpdateUser(ctx, somebody.WPSUserID, nil, &wpsapi.UpdateUserRequest{Title: &title})
				return err
			}},
			remove: func(ctx context.Context, d sim.Department) error {
				_, err := w.DeleteDept(ctx, d.WPSID, nil)
				return err
			},
			list: "listUsers", tree: "listChildDepts",
			personID:     func(p sim.Person) string { return p.WPSUserID },
			departmentID: func(d sim.Department) string { return d.WPSID },
		},
	}
}

// anybody is somebody whom every app may read and change.
func anybody(server *sim.Server) sim.Person {
	for _, p := range server.Organisation().People() {
		if p.Status == sim.StatusActive && !p.Founder && !p.Admin {
			return p
		}
	}
	return sim.Person{}
}

// made counts the departments of a name.
func made(server *sim.Server, name string) int {
	n := 0
	for _, d := range server.Organisation().Departments() {
		if d.Name == name {
			n++
		}
	}
	return n
}

// outcome is how a call ended, in the page's words.
func outcome(err error) string {
	if err == nil {
		return "ok"
	}
	var kinds []string
	for _, kind := range []error{clients.ErrCanceled, clients.ErrUnavailable, clients.ErrRateLimited,
		clients.ErrUnauthenticated, clients.ErrPermission, clients.ErrBadResponse, clients.ErrInvalidArgument,
		clients.ErrConflict, clients.ErrNotFound, clients.ErrUnknown} {
		if errors.Is(err, kind) {
			kinds = append(kinds, kind.Error())
		}
	}
	if len(kinds) == 0 {
		return "UNTYPED"
	}
	text := strings.Join(kinds, ", ")
	if errors.Is(err, clients.ErrOutcomeUnknown) {
		text += ", *unknown outcome*"
	}
	return text
}

// places are where somebody is, in a vendor's ids and sorted.
type places map[string][]string

func truth(server *sim.Server, v vendor) places {
	all := places{}
	for _, p := range server.Organisation().People() {
		in := []string{}
		for _, m := range p.Memberships {
			d, _ := server.Organisation().Department(m.Department)
			in = append(in, v.departmentID(d))
		}
		slices.Sort(in)
		all[v.personID(p)] = in
	}
	return all
}

// walk is the company as a walk tells it.
func walk(ctx context.Context, v vendor, o directory.WalkOptions) (places, error) {
	all := places{}
	for u, err := range directory.Walk(ctx, v.directory, o) {
		if err != nil {
			return all, err
		}
		if _, twice := all[u.ID]; twice {
			return all, errors.New("somebody comes twice")
		}
		in := []string{}
		for _, m := range u.Departments {
			in = append(in, m.DepartmentID)
		}
		slices.Sort(in)
		all[u.ID] = in
	}
	return all, nil
}
