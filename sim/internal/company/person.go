package company

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// PersonKey is the simulator's own number of a person. It is on no wire, starts at 1 and is never used again for
// somebody else.
type PersonKey int

// Person is one member of staff as the company knows them. The vendors show parts of it, each in its own words.
// A Person handed out by an [Organisation] is a copy: changing it changes nothing else.
type Person struct {
	Key PersonKey `json:"key"`

	// UserID is the staff id: userid at WeCom and DingTalk, ex_user_id at WPS. Unique
	// whatever the case of its letters.
	UserID string `json:"user_id"`
	// GeneratedUserID marks a UserID that the system made up. WeCom lets such an id be changed once.
	GeneratedUserID bool `json:"generated_user_id,omitempty"`

	WeComOpenUserID string `json:"wecom_open_userid"`       // what third-party apps of WeCom see in place of UserID
	WeChatOpenID    string `json:"wechat_openid,omitempty"` // the WeChat account bound at WeCom; empty if none is
	DingTalkUnionID string `json:"dingtalk_unionid"`        // unionid
	FeishuUserID    string `json:"feishu_user_id"`          // user_id
	FeishuOpenID    string `json:"feishu_open_id"`          // open_id, ou_…
	FeishuUnionID   string `json:"feishu_union_id"`         // union_id, on_…
	WPSUserID       string `json:"wps_user_id"`             // id

	Name        string `json:"name"`
	EnglishName string `json:"english_name,omitempty"` // empty for most
	Nickname    string `json:"nickname,omitempty"`     // alias at WeCom, nickname at Feishu; empty for most
	Gender      Gender `json:"gender,omitempty"`

	Mobile    Mobile `json:"mobile,omitzero"`      // zero if unknown
	Email     string `json:"email,omitempty"`      // personal mail; empty for some
	CorpEmail string `json:"corp_email,omitempty"` // mailbox of the company; empty for some
	Telephone string `json:"telephone,omitempty"`  // desk telephone; empty for most

	Position       string     `json:"position,omitempty"`        // job title; empty for some
	EmployeeNumber string     `json:"employee_number,omitempty"` // empty for some
	Employment     Employment `json:"employment,omitempty"`
	Hired          time.Time  `json:"hired,omitzero"` // first working day, midnight UTC; zero if unknown
	City           string     `json:"city,omitempty"`
	WorkPlace      string     `json:"work_place,omitempty"`
	Address        string     `json:"address,omitempty"`
	AvatarURL      string     `json:"avatar_url,omitempty"` // empty for some
	Remark         string     `json:"remark,omitempty"`

	Status       Status `json:"status"`
	MobileHidden bool   `json:"mobile_hidden"` // colleagues do not see the mobile number
	Admin        bool   `json:"admin"`         // administrator of the tenant
	Founder      bool   `json:"founder"`       // made the tenant: cannot be deleted, is the boss

	// Memberships are the departments of the person, in the order in which they were entered. It may be empty.
	Memberships []Membership `json:"memberships"`
	// MainDepartment is one of the departments in Memberships, 0 if there is none.
	MainDepartment DepartmentKey `json:"main_department,omitempty"`
	// Manager is the person reported to, 0 if there is none.
	Manager PersonKey `json:"manager,omitempty"`
	// Attributes are the fields that the company added to its staff records.
	Attributes []Attribute `json:"attributes,omitempty"`

	Created time.Time `json:"created,omitzero"`
	Changed time.Time `json:"changed,omitzero"`
	// Left is when the person was removed; zero while on the staff.
	Left time.Time `json:"left,omitzero"`
}

// Membership is a person's place in one department.
type Membership struct {
	Department DepartmentKey `json:"department"`
	// Order is the rank among the department's members, larger first. Some need all of the unsigned 32 bits.
	Order int64 `json:"order"`
	// DingTalkOrder is the same at DingTalk, where it may not fit into a float64. 0 if nobody has sorted the
	// person.
	DingTalkOrder int64 `json:"dingtalk_order,string,omitempty"`
	// Leader tells whether the person leads the department.
	Leader bool `json:"leader"`
}

// Attribute is a self-defined field: a text, or a link if URL is set.
type Attribute struct {
	Name string `json:"name"`
	Text string `json:"text,omitempty"` // the text, or the link's title
	URL  string `json:"url,omitempty"`
}

// Gender of a person. The numbers are those of WeCom and Feishu.
type Gender int

// The genders.
const (
	GenderUnknown Gender = iota
	GenderMale
	GenderFemale
)

// Status is what a person may do with the account.
type Status int

// The states of an account.
const (
	StatusActive       Status = iota // has signed in
	StatusNotActivated               // has not signed in yet
	StatusDisabled                   // was locked by an administrator
)

// MarshalText writes the state as a word, for the truth as JSON.
func (s Status) MarshalText() ([]byte, error) {
	return word(int(s), "active", "not_activated", "disabled")
}

// MarshalText writes the gender as a word, for the truth as JSON.
func (g Gender) MarshalText() ([]byte, error) { return word(int(g), "unknown", "male", "female") }

// MarshalText writes the kind of contract as a word, for the truth as JSON.
func (e Employment) MarshalText() ([]byte, error) {
	return word(int(e)-1, "regular", "intern", "outsourced", "labour", "consultant")
}

func word(i int, words ...string) ([]byte, error) {
	if i < 0 || i >= len(words) {
		return nil, fmt.Errorf("there is no word for %d", i)
	}
	return []byte(words[i]), nil
}

// Employment is the kind of contract. The numbers are those of Feishu's employee_type.
type Employment int

// The kinds of contract.
const (
	EmploymentRegular Employment = iota + 1
	EmploymentIntern
	EmploymentOutsourced
	EmploymentLabour
	EmploymentConsultant
)

// Mobile is a mobile number, split as the vendors need it. The zero value is no number.
type Mobile struct {
	Country string `json:"country"` // country calling code without the plus, "86"
	Number  string `json:"number"`  // the rest, digits only
}

// E164 returns the number as "+8613000000001", or "" for no number.
func (m Mobile) E164() string {
	if m.Number == "" {
		return ""
	}
	return "+" + m.Country + m.Number
}

// Short returns the number as it is used inside China: without a country code for the mainland, E.164 for the rest.
func (m Mobile) Short() string {
	if m.Country == "86" {
		return m.Number
	}
	return m.E164()
}

// ParseMobile reads "13000000001", "+86 13000000001" and "+852-55500001". Without a country code a number is of the
// mainland.
func ParseMobile(text string) (Mobile, bool) {
	digits := strings.NewReplacer(" ", "", "-", "").Replace(text)
	country := "86"
	if rest, ok := strings.CutPrefix(digits, "+"); ok {
		country, digits = splitCountry(rest)
	}
	for _, r := range digits {
		if r < '0' || r > '9' {
			return Mobile{}, false
		}
	}
	m := Mobile{Country: country, Number: digits}
	if country == "86" {
		return m, len(digits) == 11 && digits[0] == '1'
	}
	return m, country != "" && len(digits) >= 5 && len(digits) <= 14
}

// splitCountry cuts a country calling code off. The codes are prefix-free; only those with many users are told apart,
// other numbers are taken to have a code of two digits.
func splitCountry(digits string) (country, rest string) {
	for _, code := range []string{"1", "7", "852", "853", "886"} {
		if rest, ok := strings.CutPrefix(digits, code); ok {
			return code, rest
		}
	}
	if len(digits) < 3 {
		return "", digits
	}
	return digits[:2], digits[2:]
}

// In returns the person's membership of the department.
func (p *Person) In(department DepartmentKey) (Membership, bool) {
	i := slices.IndexFunc(p.Memberships, func(m Membership) bool { return m.Department == department })
	if i < 0 {
		return Membership{}, false
	}
	return p.Memberships[i], true
}

// LeadsSomewhere tells whether the person leads a department.
func LeadsSomewhere(p *Person) bool {
	for _, m := range p.Memberships {
		if m.Leader {
			return true
		}
	}
	return false
}

// Clone copies the person with everything below it.
func Clone(p *Person) Person {
	c := *p
	c.Memberships = slices.Clone(p.Memberships)
	c.Attributes = slices.Clone(p.Attributes)
	return c
}

// PersonID names one of the ids by which a person can be found.
type PersonID int

// The ids of a person. All of them are unique among the staff.
const (
	ByUserID    PersonID = iota // case is ignored
	ByMobile                    // E.164
	ByEmail                     // case is ignored
	ByCorpEmail                 // case is ignored
	ByWeComOpenUserID
	ByWeChatOpenID
	ByDingTalkUnionID
	ByFeishuUserID
	ByFeishuOpenID
	ByFeishuUnionID
	ByWPSUserID
	numPersonIDs
)

// String is the id's name for an error text.
func (id PersonID) String() string {
	names := [...]string{"user id", "mobile number", "email", "company email", "WeCom open_userid", "WeChat openid",
		"DingTalk unionid", "Feishu user_id", "Feishu open_id", "Feishu union_id", "WPS id"}
	if id < 0 || int(id) >= len(names) {
		return "unknown id"
	}
	return names[id]
}

// IDOf returns the value of one of the person's ids, "" if the person has none.
func IDOf(p *Person, kind PersonID) string {
	switch kind {
	case ByUserID:
		return p.UserID
	case ByMobile:
		return p.Mobile.E164()
	case ByEmail:
		return p.Email
	case ByCorpEmail:
		return p.CorpEmail
	case ByWeComOpenUserID:
		return p.WeComOpenUserID
	case ByWeChatOpenID:
		return p.WeChatOpenID
	case ByDingTalkUnionID:
		return p.DingTalkUnionID
	case ByFeishuUserID:
		return p.FeishuUserID
	case ByFeishuOpenID:
		return p.FeishuOpenID
	case ByFeishuUnionID:
		return p.FeishuUnionID
	case ByWPSUserID:
		return p.WPSUserID
	}
	return ""
}

// Fold makes values of an id equal that the vendors take for equal.
func Fold(id PersonID, value string) string {
	switch id {
	case ByUserID, ByEmail, ByCorpEmail:
		return strings.ToLower(value)
	}
	return value
}

// HasID tells whether the person's id of a kind is the value.
func HasID(p *Person, kind PersonID, value string) bool {
	return Fold(kind, IDOf(p, kind)) == Fold(kind, value)
}
