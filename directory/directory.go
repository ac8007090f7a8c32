package directory

import (
	"context"
	"iter"
)

// Directory is a company's staff directory, as far as the credentials see it. It is safe for concurrent use.
type Directory interface {
	// Vendor returns "wecom", "dingtalk", "feishu" or "wps".
	Vendor() string

	// Departments yields every department once, in no particular order, the root among them if the vendor has one.
	Departments(ctx context.Context) iter.Seq2[Department, error]

	// Members yields the users that belong to the department itself, each with all departments.
	Members(ctx context.Context, departmentID string) iter.Seq2[User, error]

	// User returns one user by the vendor's id. One that does not exist is clients.ErrNotFound, or clients.ErrPermission where the
	// vendor does not tell that from one whom the app may not see (WPS 365).
	User(ctx context.Context, id string) (User, error)
}

// Department is a node of the tree.
type Department struct {
	ID       string `json:"id"`
	ParentID string `json:"parentId,omitempty"` // "" at the top
	Name     string `json:"displayName"`        // "" if the app may not read it

	ExternalID string   `json:"externalId,omitempty"` // the company's own id, where the vendor keeps one
	LeaderIDs  []string `json:"leaders,omitempty"`    // ids of users
	Order      string   `json:"order,omitempty"`      // the vendor's, which may be larger first or smaller first

	Raw any `json:"-"` // the vendor's own value, such as wecomapi.Department
}

// User is a person. Empty means that the vendor does not say, because it has no value or because the app may not see it.
type User struct {
	ID          string `json:"id"`                   // the vendor's id: WeCom and DingTalk userid, Feishu open_id, WPS user id
	ExternalID  string `json:"externalId,omitempty"` // the id that another system gave
	UserName    string `json:"userName"`             // what the person is known by in the company, unique in it
	DisplayName string `json:"displayName"`          //
	NickName    string `json:"nickName,omitempty"`   // alias or English name
	Title       string `json:"title,omitempty"`      // job title
	Active      bool   `json:"active"`               // may use the account: Status is StatusActive or StatusPending
	Status      Status `json:"status,omitempty"`     // why not
	Gender      Gender `json:"gender,omitempty"`     //
	ProfileURL  string `json:"profileUrl,omitempty"` //
	PhotoURL    string `json:"photo,omitempty"`      //
	Location    string `json:"location,omitempty"`   // where the person works
	EmployeeNo  string `json:"employeeNumber,omitempty"`
	ManagerID   string `json:"manager,omitempty"` // the vendor's id of the direct superior

	Emails       []Value      `json:"emails,omitempty"`
	PhoneNumbers []Value      `json:"phoneNumbers,omitempty"`
	Departments  []Membership `json:"departments,omitempty"`

	Raw any `json:"-"` // the vendor's own value, such as wecomapi.Member
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
	Leader       bool   `json:"leader,omitempty"`
	Primary      bool   `json:"primary,omitempty"`
	Order        string `json:"order,omitempty"` // the vendor's; some go beyond 2^53
}

// Status is the state of an account.
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

// addValue appends a value unless it is empty or there already.
func addValue(values []Value, value, kind string) []Value {
	if value == "" {
		return values
	}
	for _, v := range values {
		if v.Value == value {
			return values
		}
	}
	return append(values, Value{Value: value, Type: kind, Primary: len(values) == 0})
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
