package dingtalk

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strconv"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/gen/dingtalkapi"
)

// members is how the members of one department, or of another list whose pages are found by the number of their first
// row, are read.
type members[T any] struct {
	operation string
	key       func(T) clients.Key
	page      func(ctx context.Context, from int64) (page[T], error)

	// ids lists all userids of the department at once, whatever the app's contact scope. Nil if there is no such list;
	// then there is no use for one either.
	ids func(ctx context.Context) ([]string, error)
	// one reads somebody in the form of a row. there is false for who is not in the department any more.
	one func(ctx context.Context, userID string) (row T, there bool, err error)
}

// mode is how a list of several pages is kept from losing people.
type mode int

const (
	plain   mode = iota // not at all: the list has one page, or cursors that count nothing
	checked             // against the list of all ids
	overlap             // each page begins with the last row of the page before
)

// steady reads a department's members although pages are found by the number of their first row: whoever is deleted or
// moved away between two pages makes those behind move up, past the place where the next page begins.
type steady[T any] struct {
	c *Client
	members[T]

	mode      mode
	met       *clients.Seen[clients.Key] // those on the pages before
	before    []string                   // the ids of all, after the first page
	reached   int64                      // the furthest that a page has begun
	turns     int                        // how often it went back
	fruitless int                        // times in a row that going back brought nobody
}

// read yields all members once.
func (m members[T]) read(ctx context.Context, c *Client) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		s := steady[T]{c: c, members: m, met: clients.NewSeen[clients.Key](vendorName, m.operation)}
		listInto(ctx, m.operation, m.key, s.met, s.next)(yield)
	}
}

// next reads the page that begins at from.
func (s *steady[T]) next(ctx context.Context, from int64) (p page[T], err error) {
	begins := s.reached == 0 && s.turns == 0 && from == 0
	if s.mode == overlap && from > 0 {
		p, err = s.overlapping(ctx, from)
	} else {
		p, err = s.page(ctx, from)
	}
	if err != nil {
		return p, err
	}
	s.reached = max(s.reached, from)
	if begins && p.more {
		err = s.begin(ctx, p)
	}
	if s.mode == checked && !p.more && err == nil {
		var lost []T
		lost, err = s.lost(ctx, p.items)
		p.items = append(p.items, lost...)
	}
	return p, err
}

// begin chooses the mode once it is known that the list has several pages.
func (s *steady[T]) begin(ctx context.Context, first page[T]) error {
	var whole bool
	var err error
	if s.ids != nil {
		whole, err = s.c.seesWholeCorp(ctx)
	}
	if err == nil && whole {
		s.mode = checked
		s.before, err = s.ids(ctx)
	}
	switch {
	case err != nil && !errors.Is(err, clients.ErrPermission):
		return err
	case err == nil && whole:
	case first.next == maxPage || first.next == int64(len(first.items)):
		s.mode = overlap
	default:
		s.mode = plain
	}
	return nil
}

// overlapping reads a page from the row before on. If that row is not one that came before, rows have moved up, and it
// goes back until it meets one that did.
func (s *steady[T]) overlapping(ctx context.Context, from int64) (page[T], error) {
	at := from - 1
	for step := int64(maxPage / 2); ; step *= 2 {
		p, err := s.page(ctx, at)
		if err != nil {
			return p, err
		}
		if at > 0 && (len(p.items) == 0 || s.isNew(p.items[0])) {
			at = max(0, at-step)
			continue
		}
		p.again = at < max(s.reached, from)-1
		if at < from-1 {
			s.turns++
			if s.fruitless++; slices.ContainsFunc(p.items, s.isNew) {
				s.fruitless = 0
			}
			if s.fruitless == 3 { // the vendor leaves rows out of pages, and none has moved
				s.mode = plain
				return s.page(ctx, from)
			}
		}
		p.turn = s.turns
		return p, nil
	}
}

func (s *steady[T]) isNew(item T) bool {
	return !s.met.Has(s.key(item))
}

// lost reads those who were members all the time and were on no page, last being the rows of the last one. The ids are
// listed once more only if somebody who was in the first list is on none.
func (s *steady[T]) lost(ctx context.Context, last []T) ([]T, error) {
	onLast := make(map[clients.Key]struct{}, len(last))
	for _, item := range last {
		onLast[s.key(item)] = struct{}{}
	}
	missing := slices.DeleteFunc(s.before, func(id string) bool {
		key := clients.KeyOf(id)
		_, met := onLast[key]
		return met || id == "" || s.met.Has(key)
	})
	if s.before = nil; len(missing) == 0 {
		return nil, nil
	}
	after, err := s.ids(ctx)
	if err != nil {
		return nil, err
	}
	still := make(map[string]struct{}, len(after))
	for _, id := range after {
		still[id] = struct{}{}
	}
	missing = slices.DeleteFunc(missing, func(id string) bool {
		_, there := still[id]
		return !there
	})
	type found struct {
		row   T
		there bool
	}
	var lost []T
	for f, err := range clients.Ordered(ctx, parallel, missing,
		func(ctx context.Context, id string) (found, error) {
			row, there, err := s.one(ctx, id)
			if errors.Is(err, clients.ErrNotFound) || outOfScope(err) {
				return found{}, nil
			}
			return found{row, there}, err
		}) {
		if err != nil {
			return nil, err
		}
		if f.there {
			lost = append(lost, f.row)
		}
	}
	return lost, nil
}

// outOfScope tells whether somebody is not the app's to read.
func outOfScope(err error) bool {
	var refused *clients.Error
	return errors.As(err, &refused) && (refused.Code == strconv.Itoa(int(dingtalkapi.ErrorCodeUserOutOfScope)) ||
		refused.Code == strconv.Itoa(int(dingtalkapi.ErrorCodeDepartmentOutOfScope)))
}

// sight remembers whether the app sees the whole corp. What goes wrong is asked again.
type sight struct {
	turn         chan struct{} // held while somebody asks
	known, whole bool
}

func newSight() *sight { return &sight{turn: make(chan struct{}, 1)} }

// seesWholeCorp asks once for the app's contact scope.
func (c *Client) seesWholeCorp(ctx context.Context) (bool, error) {
	select {
	case c.sight.turn <- struct{}{}:
		defer func() { <-c.sight.turn }()
	case <-ctx.Done(): // the call itself says so
		_, err := c.GetAuthScopes(ctx)
		return false, err
	}
	if !c.sight.known {
		answer, err := c.GetAuthScopes(ctx)
		if err != nil {
			return false, err
		}
		c.sight.known, c.sight.whole = true, slices.Contains(answer.AuthOrgScopes.AuthedDept, rootDepartment)
	}
	return c.sight.whole, nil
}

// memberIDs lists the userids of a department.
func (c *Client) memberIDs(id int64) func(context.Context) ([]string, error) {
	return func(ctx context.Context) ([]string, error) {
		answer, err := c.ListDepartmentUserIDsV2(ctx, &dingtalkapi.ListDepartmentUserIDsV2Request{DeptID: id})
		if err != nil {
			return nil, err
		}
		return answer.Result.UserIDList, nil
	}
}

// memberIDsV1 does it with the older call.
func (c *Client) memberIDsV1(id int64) func(context.Context) ([]string, error) {
	return func(ctx context.Context) ([]string, error) {
		answer, err := c.ListDepartmentUserIDsV1(ctx, //nolint:staticcheck // for old apps, which have no other
			&dingtalkapi.ListDepartmentUserIDsV1Params{DeptID: strconv.FormatInt(id, 10)})
		if err != nil {
			return nil, err
		}
		return answer.UserIDs, nil
	}
}

// member reads somebody as the list of a department would have them.
func (c *Client) member(ctx context.Context, userID string, id int64) (dingtalkapi.DepartmentUserV2, bool, error) {
	answer, err := c.GetUserV2(ctx, &dingtalkapi.GetUserV2Request{UserID: userID})
	if err != nil {
		return dingtalkapi.DepartmentUserV2{}, false, err
	}
	u := answer.Result
	row := dingtalkapi.DepartmentUserV2{
		Active: u.Active, Admin: u.Admin, Avatar: u.Avatar, Boss: u.Boss, CreateTime: u.CreateTime,
		DeptIDList: u.DeptIDList, DisableStatus: u.DisableStatus, Email: u.Email,
		ExclusiveAccount: u.ExclusiveAccount, ExclusiveAccountCorpID: u.ExclusiveAccountCorpID,
		ExclusiveAccountCorpName: u.ExclusiveAccountCorpName, ExclusiveAccountType: u.ExclusiveAccountType,
		Extension: u.Extension, HideMobile: u.HideMobile, HiredDate: u.HiredDate, JobNumber: u.JobNumber,
		LoginID: u.LoginID, Mobile: u.Mobile, Name: u.Name, Nickname: u.Nickname, OrgEmail: u.OrgEmail,
		OrgEmailType: u.OrgEmailType, Remark: u.Remark, StateCode: u.StateCode, Telephone: u.Telephone,
		Title: u.Title, UnionID: u.UnionID, UserID: u.UserID, WorkPlace: u.WorkPlace,
	}
	for _, order := range u.DeptOrderList {
		if order.DeptID == id {
			row.DeptOrder = order.Order
		}
	}
	for _, leads := range u.LeaderInDept {
		if leads.DeptID == id {
			row.Leader = leads.Leader
		}
	}
	return row, u.DeptIDList == nil || slices.Contains(u.DeptIDList, id), nil
}

// memberV1 does it with the older call.
func (c *Client) memberV1(ctx context.Context, userID string, id int64) (dingtalkapi.DepartmentUserV1, bool, error) {
	//nolint:staticcheck // for old apps, which have no other
	u, err := c.GetUserV1(ctx, &dingtalkapi.GetUserV1Params{UserID: userID})
	if err != nil {
		return dingtalkapi.DepartmentUserV1{}, false, err
	}
	row := dingtalkapi.DepartmentUserV1{
		Active: u.Active, Avatar: u.Avatar, Department: u.Department, DingID: u.DingID, Email: u.Email,
		ExtAttr: u.ExtAttr, HiredDate: u.HiredDate, IsAdmin: u.IsAdmin, IsBoss: u.IsBoss, IsHide: u.IsHide,
		JobNumber: u.JobNumber, Mobile: u.Mobile, Name: u.Name, OpenID: u.OpenID, OrgEmail: u.OrgEmail,
		Position: u.Position, Remark: u.Remark, Tel: u.Tel, UnionID: u.UnionID, UserID: u.UserID,
		WorkPlace: u.WorkPlace,
	}
	if leads, ok := u.IsLeaderInDepts[id]; ok {
		row.IsLeader = &leads
	}
	if order, ok := u.OrderInDepts[id]; ok {
		row.Order = &order
	}
	return row, u.Department == nil || slices.Contains(u.Department, id), nil
}
