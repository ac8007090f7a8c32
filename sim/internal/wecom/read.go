package wecom

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wecomserver"
)

// replyLimit is how many members one answer may list. The vendor has a limit but does not say which.
const replyLimit = 10_000

// memberAnswer is the answer of GetUser: a member, flat.
type memberAnswer struct{ wecomserver.Member }

// VisitGetUserResponse writes the member. It takes the place of the document's type, which repeats all members of
// Member.
func (u memberAnswer) VisitGetUserResponse(w http.ResponseWriter) error {
	desk.WriteJSON(w, http.StatusOK, u.Member)
	return nil
}

// GetUser reads one member.
func (w *Vendor) GetUser(ctx context.Context,
	r wecomserver.GetUserRequestObject) (wecomserver.GetUserResponseObject, error) {
	c := desk.CallOf(ctx)
	if r.Params.UserID == "" {
		return nil, refusal{code: wecomapi.ErrorCodeUserIDMissing}
	}
	var user memberAnswer
	var err error
	company.View(w.desk.Company, func(d *company.Directory) {
		v := w.viewOf(c, d)
		switch p := v.find(r.Params.UserID); {
		case p == nil:
			// Seen on the wire: the empty arrays of a success beside the code.
			err = refusal{code: wecomapi.ErrorCodeUserIDNotFound, beside: map[string]any{
				"department": []int64{}, "order": []int64{}, "is_leader_in_dept": []int64{},
			}}
		case !v.person(p):
			err = refusal{code: wecomapi.ErrorCodeNoRightOnTarget}
		default:
			user.Member = w.member(v, p, false, c.Grant.Holder)
		}
	})
	return user, err
}

// membersOf returns the people of a department, and of those below it if wanted, each once.
func (w *Vendor) membersOf(v view, id int64, fetchChild *int64) ([]*company.Person, error) {
	dept := v.dir.FindDepartment(company.ByWeComID, strconv.FormatInt(id, 10))
	switch {
	case id <= 0 || id > 1<<32-1:
		return nil, refusal{code: wecomapi.ErrorCodeInvalidDepartmentID}
	case dept == nil:
		return nil, refusal{code: wecomapi.ErrorCodeDepartmentNotFound}
	case !v.department(dept.Key):
		return nil, refusal{code: wecomapi.ErrorCodeNoRightOnTarget}
	}
	departments := []*company.Department{dept}
	if fetchChild != nil && *fetchChild == 1 {
		departments = v.dir.Subtree(dept.Key)
	}
	var people []*company.Person
	seen := make(map[company.PersonKey]bool)
	for _, dept := range departments {
		for _, p := range v.dir.Members(dept.Key) {
			if !seen[p.Key] {
				seen[p.Key] = true
				people = append(people, p)
			}
		}
	}
	if len(people) > replyLimit {
		return nil, refusal{code: wecomapi.ErrorCodeReplyTooLarge}
	}
	return people, nil
}

// GetUserList reads the members of a department.
func (w *Vendor) GetUserList(ctx context.Context,
	r wecomserver.GetUserListRequestObject) (wecomserver.GetUserListResponseObject, error) {
	c := desk.CallOf(ctx)
	list := []wecomserver.Member{}
	var err error
	company.View(w.desk.Company, func(d *company.Directory) {
		v := w.viewOf(c, d)
		var people []*company.Person
		people, err = w.membersOf(v, r.Params.DepartmentID, r.Params.FetchChild)
		for _, p := range people {
			list = append(list, w.member(v, p, true, c.Grant.Holder))
		}
	})
	return wecomserver.GetUserList200JSONResponse{UserList: &list}, err
}

// GetUserSimplelist reads ids and names of the members of a department.
func (w *Vendor) GetUserSimplelist(ctx context.Context,
	r wecomserver.GetUserSimplelistRequestObject) (wecomserver.GetUserSimplelistResponseObject, error) {
	c := desk.CallOf(ctx)
	list := []wecomserver.SimpleMember{}
	var err error
	company.View(w.desk.Company, func(d *company.Directory) {
		v := w.viewOf(c, d)
		var people []*company.Person
		people, err = w.membersOf(v, r.Params.DepartmentID, r.Params.FetchChild)
		for _, p := range people {
			list = append(list, w.simpleMember(v, p))
		}
	})
	return wecomserver.GetUserSimplelist200JSONResponse{UserList: &list}, err
}

// GetActiveStat tells how many members were active on a day: a number made up from the day.
func (w *Vendor) GetActiveStat(ctx context.Context,
	r wecomserver.GetActiveStatRequestObject) (wecomserver.GetActiveStatResponseObject, error) {
	c := desk.CallOf(ctx)
	day, err := time.ParseInLocation(time.DateOnly, r.Body.Date, c.Now.Location())
	if r.Body.Date == "" {
		return nil, refusal{code: wecomapi.ErrorCodeEmptyParameter}
	}
	if err != nil || day.After(c.Now) || c.Now.Sub(day) > 31*24*time.Hour { // 30 full days before today
		return nil, refusal{code: wecomapi.ErrorCodeInvalidParameter}
	}
	active := 0
	company.View(w.desk.Company, func(d *company.Directory) {
		for _, p := range d.AllPeople() {
			if p.Status == company.StatusActive && company.Derive(d.Seed, r.Body.Date, int(p.Key))%100 < 85 {
				active++
			}
		}
	})
	return wecomserver.GetActiveStat200JSONResponse{ActiveCnt: new(int64(active))}, nil
}

// GetJoinQRCode gives the address of the QR code for joining.
func (w *Vendor) GetJoinQRCode(_ context.Context,
	r wecomserver.GetJoinQRCodeRequestObject) (wecomserver.GetJoinQRCodeResponseObject, error) {
	size := int64(1)
	if r.Params.SizeType != nil {
		size = int64(*r.Params.SizeType)
	}
	if size < 1 || size > 4 {
		return nil, refusal{code: wecomapi.ErrorCodeInvalidArgs}
	}
	url := "https://work.weixin.qq.com/wework_admin/genqrcode?action=join&vcode=demo&qr_size=" +
		strconv.FormatInt(size, 10)
	return wecomserver.GetJoinQRCode200JSONResponse{JoinQRCode: &url}, nil
}
