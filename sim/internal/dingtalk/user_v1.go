package dingtalk

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/dingtalkserver"
)

// userV1 is the answer of getUserV1. The members beside the document's type are those whose form on the wire that type
// cannot have: maps that look like JSON and are not, objects or text that holds one, a null.
type userV1 struct {
	dingtalkserver.GetUserV1Answer
	ExtAttr         any      `json:"extattr,omitempty"`
	OrderInDepts    string   `json:"orderInDepts"`
	IsLeaderInDepts string   `json:"isLeaderInDepts"`
	Roles           []roleV1 `json:"roles,omitempty"`

	slashes bool
}

type roleV1 struct {
	ID        int64  `json:"id"`
	Name      string `json:"name"`
	GroupName string `json:"groupName"`
	Type      *int64 `json:"type"` // null for a role that the corp made itself
}

// VisitGetUserV1Response writes the answer. Slashes are escaped for some.
func (u userV1) VisitGetUserV1Response(w http.ResponseWriter) error {
	a := desk.NewAnswer()
	desk.WriteJSON(a, http.StatusOK, u)
	text := a.Body.Bytes()
	if u.slashes {
		text = bytes.ReplaceAll(text, []byte("/"), []byte(`\/`))
	}
	_, err := w.Write(text)
	return err
}

// GetUserV1 reads one member.
func (k *Vendor) GetUserV1(ctx context.Context,
	r dingtalkserver.GetUserV1RequestObject) (dingtalkserver.GetUserV1ResponseObject, error) {
	var out userV1
	var err error
	company.View(k.desk.Company, func(d *company.Directory) {
		v := k.viewOf(desk.CallOf(ctx), d)
		var p *company.Person
		if p, err = v.person(r.Params.UserID, dingtalkapi.ErrorCodeUserIDMissing); err == nil {
			out = v.userV1(p)
		}
	})
	return out, err
}

// userV1 writes a person as the older calls do.
//
// Real tenants differ from the vendor's pages in ways that depend on the person's key here: empty text is absent or "",
// maps are empty in two ways, an object comes as text. The key decides, so that equal simulators show equal oddities.
func (v view) userV1(p *company.Person) userV1 {
	key := int(p.Key)
	profile := v.k.profile(p.Key)
	departments := dingtalkserver.IntList(v.departmentIDs(p))
	u := userV1{
		GetUserV1Answer: dingtalkserver.GetUserV1Answer{
			UserID: new(p.UserID), UnionID: new(p.DingTalkUnionID), Name: new(p.Name), Department: &departments,
			Position: textOrNot(p, p.Position), JobNumber: textOrNot(p, p.EmployeeNumber), Avatar: new(p.AvatarURL),
			IsAdmin: new(p.Admin), IsBoss: new(p.Founder), IsHide: new(p.MobileHidden), IsSenior: new(profile.senior),
			Active: new(active(p)), ManagerUserID: v.manager(p),
		},
		OrderInDepts:    v.orderInDepts(p),
		IsLeaderInDepts: v.isLeaderInDepts(p),
		slashes:         key%9 == 4,
	}
	if key%6 != 5 {
		u.RealAuthed = new(active(p))
	}
	switch key % 10 {
	case 3:
		u.Tags = &dingtalkserver.UserTags{Guardian: &[]string{"114"}}
	case 4:
		u.Tags = &dingtalkserver.UserTags{}
	}
	for _, role := range v.rolesOf(p) {
		u.Roles = append(u.Roles, roleV1{role.id, role.name, role.group.name, role.kind})
	}
	if v.thirdParty {
		u.ExclusiveAccount = new(profile.exclusive)
	}
	if v.personal {
		u.HiredDate = hired(p, profile)
		u.Tel, u.Remark, u.WorkPlace = textOrNot(p, p.Telephone), textOrNot(p, p.Remark), textOrNot(p, p.WorkPlace)
		u.Email = new(p.Email)
		if p.CorpEmail != "" {
			u.OrgEmail = new(p.CorpEmail)
		}
		if p.Mobile.Number != "" {
			u.Mobile, u.StateCode = new(p.Mobile.Number), new(p.Mobile.Country)
		}
		u.ExtAttr = extAttr(p)
	}
	return u
}

// extAttr is an object or, for some, text that holds one; nil for nothing.
func extAttr(p *company.Person) any {
	attributes := attributesOf(p)
	switch {
	case attributes == nil:
		return nil
	case p.Key%24 == 9:
		return jsonText(attributes)
	}
	return attributes
}

// departmentIDs are the departments of a person, those outside the contact scope included.
func (v view) departmentIDs(p *company.Person) []int64 {
	out := make([]int64, 0, len(p.Memberships))
	for _, m := range p.Memberships {
		out = append(out, v.dir.Department(m.Department).DingTalkID)
	}
	return out
}

// manager is the userid of whom a person reports to, nil for nobody.
func (v view) manager(p *company.Person) *string {
	if manager := v.dir.Person(p.Manager); manager != nil {
		return new(manager.UserID)
	}
	return nil
}

// orderInDepts is text such as {101:176300000000000512,1:176300000000000001}: its keys are bare, and a float64 does not
// hold its values. Departments that nobody has sorted are not in it.
func (v view) orderInDepts(p *company.Person) string {
	var pairs []string
	for _, m := range p.Memberships {
		if m.DingTalkOrder != 0 {
			pairs = append(pairs, strconv.FormatInt(v.dir.Department(m.Department).DingTalkID,
				10)+":"+strconv.FormatInt(m.DingTalkOrder, 10))
		}
	}
	if pairs == nil && p.Key%2 == 0 {
		return ""
	}
	return "{" + strings.Join(pairs, ",") + "}"
}

// isLeaderInDepts is text such as {101:true,1:false}; for some with a blank behind the comma.
func (v view) isLeaderInDepts(p *company.Person) string {
	var pairs []string
	for _, m := range p.Memberships {
		pairs = append(pairs, strconv.FormatInt(v.dir.Department(m.Department).DingTalkID,
			10)+":"+strconv.FormatBool(m.Leader))
	}
	comma := ","
	if p.Key%7 == 2 {
		comma = ", "
	}
	return "{" + strings.Join(pairs, comma) + "}"
}
