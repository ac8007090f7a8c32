package sim

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim/internal/wecomserver"
)

// weComReplyLimit is how many members one answer may list. The vendor has a limit but does not say which.
const weComReplyLimit = 10_000

// weComUser is the answer of GetUser: a member, flat.
type weComUser struct{ wecomserver.Member }

// VisitGetUserResponse writes the member. It takes the place of the document's type, which repeats all members of Member.
func (u weComUser) VisitGetUserResponse(w http.ResponseWriter) error {
	writeJSON(w, http.StatusOK, u.Member)
	return nil
}

// GetUser reads one member.
func (w *weCom) GetUser(ctx context.Context, r wecomserver.GetUserRequestObject) (wecomserver.GetUserResponseObject, error) {
	c := callOf(ctx)
	if r.Params.UserID == "" {
		return nil, weComError{code: wecomapi.ErrorCodeUserIDMissing}
	}
	var user weComUser
	var err error
	w.sim.org.view(func(d *directory) {
		v := w.viewOf(c, d)
		switch p := d.findPerson(ByUserID, r.Params.UserID); {
		case p == nil:
			// Seen on the wire: the empty arrays of a success beside the code.
			err = weComError{code: wecomapi.ErrorCodeUserIDNotFound, beside: map[string]any{
				"department": []int64{}, "order": []int64{}, "is_leader_in_dept": []int64{},
			}}
		case !v.person(p):
			err = weComError{code: wecomapi.ErrorCodeNoRightOnTarget}
		default:
			user.Member = w.member(v, p, false, c.grant.holder)
		}
	})
	return user, err
}

// membersOf returns the people of a department, and of those below it if wanted, each once.
func (w *weCom) membersOf(v weComView, id int64, fetchChild *int64) ([]*Person, error) {
	dept := v.dir.findDepartment(ByWeComID, strconv.FormatInt(id, 10))
	switch {
	case id <= 0 || id > 1<<32-1:
		return nil, weComError{code: wecomapi.ErrorCodeInvalidDepartmentID}
	case dept == nil:
		return nil, weComError{code: wecomapi.ErrorCodeDepartmentNotFound}
	case !v.department(dept.Key):
		return nil, weComError{code: wecomapi.ErrorCodeNoRightOnTarget}
	}
	departments := []*Department{dept}
	if fetchChild != nil && *fetchChild == 1 {
		departments = v.dir.subtree(dept.Key)
	}
	var people []*Person
	seen := make(map[PersonKey]bool)
	for _, dept := range departments {
		for _, p := range v.dir.members(dept.Key) {
			if !seen[p.Key] {
				seen[p.Key] = true
				people = append(people, p)
			}
		}
	}
	if len(people) > weComReplyLimit {
		return nil, weComError{code: wecomapi.ErrorCodeReplyTooLarge}
	}
	return people, nil
}

// GetUserList reads the members of a department.
func (w *weCom) GetUserList(ctx context.Context, r wecomserver.GetUserListRequestObject) (wecomserver.GetUserListResponseObject, error) {
	c := callOf(ctx)
	list := []wecomserver.Member{}
	var err error
	w.sim.org.view(func(d *directory) {
		v := w.viewOf(c, d)
		var people []*Person
		people, err = w.membersOf(v, r.Params.DepartmentID, r.Params.FetchChild)
		for _, p := range people {
			list = append(list, w.member(v, p, true, c.grant.holder))
		}
	})
	return wecomserver.GetUserList200JSONResponse{UserList: &list}, err
}

// GetUserSimplelist reads ids and names of the members of a department.
func (w *weCom) GetUserSimplelist(ctx context.Context, r wecomserver.GetUserSimplelistRequestObject) (wecomserver.GetUserSimplelistResponseObject, error) {
	c := callOf(ctx)
	list := []wecomserver.SimpleMember{}
	var err error
	w.sim.org.view(func(d *directory) {
		v := w.viewOf(c, d)
		var people []*Person
		people, err = w.membersOf(v, r.Params.DepartmentID, r.Params.FetchChild)
		for _, p := range people {
			var m wecomserver.Member
			w.placeMember(&m, v, p)
			list = append(list, wecomserver.SimpleMember{UserID: new(p.UserID), Name: new(p.Name), Department: m.Department})
		}
	})
	return wecomserver.GetUserSimplelist200JSONResponse{UserList: &list}, err
}

// GetActiveStat tells how many members were active on a day: a number made up from the day.
func (w *weCom) GetActiveStat(ctx context.Context, r wecomserver.GetActiveStatRequestObject) (wecomserver.GetActiveStatResponseObject, error) {
	c := callOf(ctx)
	day, err := time.ParseInLocation(time.DateOnly, r.Body.Date, c.now.Location())
	if r.Body.Date == "" {
		return nil, weComError{code: wecomapi.ErrorCodeEmptyParameter}
	}
	if err != nil || day.After(c.now) || c.now.Sub(day) > 31*24*time.Hour { // 30 full days before today
		return nil, weComError{code: wecomapi.ErrorCodeInvalidParameter}
	}
	active := 0
	w.sim.org.view(func(d *directory) {
		for _, p := range d.people {
			if p.Status == StatusActive && derive(d.seed, r.Body.Date, int(p.Key))%100 < 85 {
				active++
			}
		}
	})
	return wecomserver.GetActiveStat200JSONResponse{ActiveCnt: new(int64(active))}, nil
}

// GetJoinQRCode gives the address of the QR code for joining.
func (w *weCom) GetJoinQRCode(_ context.Context, r wecomserver.GetJoinQRCodeRequestObject) (wecomserver.GetJoinQRCodeResponseObject, error) {
	size := int64(1)
	if r.Params.SizeType != nil {
		size = int64(*r.Params.SizeType)
	}
	if size < 1 || size > 4 {
		return nil, weComError{code: wecomapi.ErrorCodeInvalidArgs}
	}
	url := "https://work.weixin.qq.com/wework_admin/genqrcode?action=join&vcode=demo&qr_size=" + strconv.FormatInt(size, 10)
	return wecomserver.GetJoinQRCode200JSONResponse{JoinQRCode: &url}, nil
}
