package directory

import (
	"context"
	"encoding/json"
	"iter"
	"slices"
	"strconv"
)

// Directory is a company's staff directory, as far as the credentials see it. It is safe for concurrent use.
type Directory interface {
	// Vendor returns "wecom", "dingtalk", "feishu" or "wps".
	Vendor() string

	// Scope tells what the administrator lets the app see.
	Scope(ctx context.Context) (Scope, error)

	// Departments yields the given departments and all below them, once each, in no particular order. Without roots it
	// begins at the root of the company.
	Departments(ctx context.Context, roots ...string) iter.Seq2[Department, error]

	// Members yields the users that belong to the department itself. The vendor may tell one department's members less
	// than User does; Walk puts together what all departments tell.
	Members(ctx context.Context, departmentID string) iter.Seq2[User, error]

	// User returns one user by the vendor's id. One that does not exist is clients.ErrNotFound, or
	// clients.ErrPermission where the vendor does not tell that from one whom the app may not see (WPS 365).
	User(ctx context.Context, id string) (User, error)
}

// Department is a node of the tree.
type Department struct {
	ID       string   `json:"id"`
	ParentID string   `json:"parentId,omitempty"` // "" at the top
	Name     string   `json:"displayName"`        // "" if the app may not read it
	Path     []string `json:"path,omitzero"`      // names from the top down to this one; Walk fills it in

	ExternalID string   `json:"externalId,omitempty"` // the company's own id, where the vendor keeps one
	LeaderIDs  []string `json:"leaders,omitzero"`     // ids of users, sorted; nil: not known, empty: nobody
	Order      string   `json:"order,omitempty"`      // the vendor's, which may be larger first or smaller first

	// Unknown names what is missing here only because the vendor withholds this department's record. Sorted.
	Unknown []string `json:"unknown,omitempty"`

	// Raw is the vendor's own value: wecomapi.Department, dingtalkapi.DepartmentV2, feishuapi.Department (nil for
	// Feishu's root, where the vendor tells nothing of it) or wpsapi.Dept.
	Raw any `json:"-"`
}

// User is a person. What the vendor does not say, because it has no value or because the app may not see it, is
// empty; a list that it does not give is nil, and one that it gives without entries is empty.
type User struct {
	ID         string `json:"id"`                   // the vendor's: userid, Feishu's open_id, WPS's user id
	ExternalID string `json:"externalId,omitempty"` // the id that another system gave
	UnionID    string `json:"unionId,omitempty"`    // unionid, union_id, open_userid: for all apps of a developer
	UserName   string `json:"userName"`             // what the person is known by in the company, unique in it
	// the vendor's field that UserName comes from, see UserNameFrom…
	UserNameFrom string `json:"userNameFrom,omitempty"`
	DisplayName  string `json:"displayName"`          //
	NickName     string `json:"nickName,omitempty"`   // alias or English name
	Title        string `json:"title,omitempty"`      // job title
	Status       Status `json:"status,omitempty"`     // "" if it is not known; JSON has Active beside it
	Gender       Gender `json:"gender,omitempty"`     //
	ProfileURL   string `json:"profileUrl,omitempty"` //
	PhotoURL     string `json:"photo,omitempty"`      //
	Location     string `json:"location,omitempty"`   // where the person works
	EmployeeNo   string `json:"employeeNumber,omitempty"`
	EmployeeType string `json:"employeeType,omitempty"` // EmployeePermanent and so on, or the company's own name for it
	HireDate     string `json:"hireDate,omitempty"`     // 2006-01-02, in China's time
	ManagerID    string `json:"manager,omitempty"`      // the vendor's id of the direct superior

	Emails       []Value           `json:"emails,omitzero"`
	PhoneNumbers []Value           `json:"phoneNumbers,omitzero"`
	Departments  []Membership      `json:"departments,omitzero"` // sorted by id
	Attributes   map[string]string `json:"attributes,omitzero"`  // the company's own fields by their names

	// Unknown names what is missing here only because the vendor withholds it for this person, while a list that it
	// belongs to is there ("phoneNumbers.mobile") or others have it ("manager", where the details of this one person
	// were refused). Sorted. Diff takes none of it for a change.
	Unknown []string `json:"unknown,omitempty"`

	// StandIns names what holds ids here since the app may not read the company's names for them: "attributes"
	// (Feishu's keys, and the options that were chosen at WPS), "employeeType" (Feishu). Sorted. To Diff, an id and a
	// name are no difference.
	StandIns []string `json:"standIns,omitempty"`

	told []string // kinds of numbers and addresses that the vendor told, empty ones included

	// Raw is the vendor's own value: wecomapi.Member, dingtalkapi.UserV2, feishuapi.User or wpsapi.User, whether a list
	// or a call for one user gave it.
	Raw any `json:"-"`
}

// Fields that a UserName comes from. Feishu's user_id needs a permission of its own, without which the open_id stands
// in; WPS names people by login_name on private deployments.
const (
	UserNameFromUserID     = "userid"     // WeCom, DingTalk
	UserNameFromFeishuID   = "user_id"    // Feishu
	UserNameFromOpenID     = "open_id"    // Feishu
	UserNameFromLoginName  = "login_name" // WPS
	UserNameFromExternalID = "ex_user_id" // WPS
	UserNameFromID         = "id"         // WPS
)

// Active tells whether the person may use the account. known is false where the vendor does not say.
func (u User) Active() (active, known bool) { return u.Status.usable(), u.Status != "" }

type plainUser User

// MarshalJSON adds active to the fields, unless it is not known.
func (u User) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		plainUser
		Active *bool `json:"active,omitempty"`
	}{plainUser(u), u.activeOrNil()})
}

func (u User) activeOrNil() *bool {
	if active, known := u.Active(); known {
		return &active
	}
	return nil
}

// Value is one of several mail addresses or telephone numbers.
type Value struct {
	Value   string `json:"value"`
	Type    string `json:"type,omitempty"` // "work", "home" or "mobile"
	Primary bool   `json:"primary,omitempty"`
}

// Membership is a user's place in one department.
type Membership struct {
	DepartmentID string `json:"value"`
	Leader       *bool  `json:"leader,omitempty"`  // nil: not known
	Primary      *bool  `json:"primary,omitempty"` // the main department; nil: not known
	Order        string `json:"order,omitempty"`   // larger first, some beyond 2^53; "" if nobody has set it
}

// Status is the state of an account. "" is a state that the vendor does not tell.
type Status string

// The states that the vendors know.
const (
	StatusActive   Status = "active"
	StatusPending  Status = "pending"  // invited or created, never logged in
	StatusDisabled Status = "disabled" // locked by an admin
	StatusLeft     Status = "left"     // has left the company
)

// usable tells whether somebody with the status may use the account.
func (s Status) usable() bool { return s == StatusActive || s == StatusPending }

// Gender is male, female or not said.
type Gender string

// The genders that vendors record; "" is not said.
const (
	GenderMale   Gender = "male"
	GenderFemale Gender = "female"
)

// Kinds of employment that mean the same for all vendors.
const (
	EmployeePermanent  = "permanent"
	EmployeeIntern     = "intern"
	EmployeeOutsourced = "outsourced"
	EmployeeLabour     = "labour" // 劳务
	EmployeeConsultant = "consultant"
)

// contact is one of a vendor's fields that hold a mail address or a telephone number.
type contact struct {
	kind     string
	value    *string // nil: the vendor does not say
	withheld bool    // of this person, while others have it
}

// contacts are the values of a list, empty where the vendor says that there is none, and nil where it does not say.
// What it withholds of this person, although it tells more of the list, is noted as not known; what it withholds of
// everybody is seen from all of them.
func (u *User) contacts(list string, fields ...contact) []Value {
	var values []Value
	var withheld []string
	told := false
	for _, f := range fields {
		switch {
		case f.value == nil && f.withheld:
			withheld = append(withheld, list+"."+f.kind)
		case f.value == nil:
		default:
			told = true
			u.told = append(u.told, list+"."+f.kind)
			known := func(v Value) bool { return v.Value == *f.value }
			if *f.value != "" && !slices.ContainsFunc(values, known) {
				values = append(values, Value{Value: *f.value, Type: f.kind, Primary: len(values) == 0})
			}
		}
	}
	switch {
	case len(values) > 0:
		u.Unknown = append(u.Unknown, withheld...)
	case told && len(withheld) == 0:
		values = []Value{}
	}
	return values
}

// mapped is what f makes of a value that is there.
func mapped(value *string, f func(string) string) *string {
	if value == nil {
		return nil
	}
	return new(f(*value))
}

// textID is a numeric id as text. 0 is no id.
func textID(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

// orderText is the place of a member. 0 is what all vendors give to those whom nobody has sorted.
func orderText(order int64) string { return textID(order) }

// orZero is what a pointer points to, and zero for nil.
func orZero[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// convert puts a vendor's values into this package's words; the first error ends it.
func convert[In, Out any](all iter.Seq2[In, error], to func(In) Out) iter.Seq2[Out, error] {
	return func(yield func(Out, error) bool) {
		var zero Out
		for in, err := range all {
			if err != nil {
				yield(zero, err)
				return
			}
			if !yield(to(in), nil) {
				return
			}
		}
	}
}

// failed is a list that cannot be read.
func failed[T any](err error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		yield(zero, err)
	}
}
