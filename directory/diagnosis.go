package directory

import (
	"context"
	"errors"
	"time"

	"github.com/roster-go/roster/directory/internal/diagnosis"
)

// DiagnoseOptions bounds a diagnosis. The zero value is fine.
type DiagnoseOptions struct {
	// Sample is about how many people are looked at, to see which fields anybody has. Zero: 200.
	Sample int

	// MaxCalls is how many requests are sent, about: a list that was begun goes on to the end of what is under way.
	// Zero: 120. What is left out for that is named in Unseen.
	MaxCalls int
}

// Diagnosis is what can and cannot be read with some credentials, and why. It holds numbers, and no value of a person.
type Diagnosis struct {
	Vendor  string `json:"vendor"`
	BaseURL string `json:"baseUrl"` // that was called

	Findings []Finding `json:"findings"` // the worst first; empty if all is well
	Unseen   []Unseen  `json:"unseen"`   // what could not be looked at
	Healthy  []string  `json:"healthy"`  // parts that were looked at without a finding

	Range   RangeNumbers `json:"range"`
	Fields  []FieldCount `json:"fields"`           // of the sample
	Granted []string     `json:"granted,omitzero"` // the app's permissions; nil: the vendor does not list them

	Requests int `json:"requests"` // sent
}

// Sick tells whether there is a finding that is more than a notice.
func (d *Diagnosis) Sick() bool {
	for _, f := range d.Findings {
		if f.Severity != SeverityNotice {
			return true
		}
	}
	return false
}

// Severity says what a finding does to a sync.
type Severity string

// The severities.
const (
	SeverityError   Severity = "error"   // a sync fails, or loses people
	SeverityWarning Severity = "warning" // a sync goes through and lacks something
	SeverityNotice  Severity = "notice"  // worth knowing; it may well be meant
)

// Finding is something that is wrong, with what it means and where it is mended.
type Finding struct {
	// Code names the cause and does not change from version to version: docs/TROUBLESHOOTING.md lists them.
	Code     string   `json:"code"`
	Severity Severity `json:"severity"`

	Seen  string `json:"seen"`  // what was seen
	Means string `json:"means"` // for a sync
	Where Place  `json:"where"` // it is mended
	Do    string `json:"do"`    // there

	Operations  []string `json:"operations,omitempty"`  // operationIds of the calls that were refused
	VendorCode  string   `json:"vendorCode,omitempty"`  // the vendor's code
	Permissions []string `json:"permissions,omitempty"` // any of which is needed
	Fields      []string `json:"fields,omitempty"`      // of people, that are missing
	Address     string   `json:"address,omitempty"`     // that the vendor saw or that was called

	whats []string // what cannot be read because of it
}

// Place is a page of a console, with the vendor's own Chinese names and English beside them.
type Place struct {
	Console string `json:"console"`
	Page    string `json:"page"`
	Switch  string `json:"switch"`
}

// Unseen is a part that could not be looked at.
type Unseen struct {
	What    string   `json:"what"`
	Why     string   `json:"why"`
	Because []string `json:"because,omitempty"` // codes of the findings that hide it
}

// RangeNumbers says how much an app sees. A number that is not known is nil.
type RangeNumbers struct {
	Known bool `json:"known"` // whether the vendor tells what the app may see
	Whole bool `json:"whole"` // the whole company

	GivenDepartments int `json:"givenDepartments"` // given to the app, each with all below it, unless it sees the whole
	GivenPeople      int `json:"givenPeople"`      // given one by one
	GivenGroups      int `json:"givenGroups"`      // groups and tags, whose people cannot be read

	Departments *int `json:"departments,omitempty"` // in the range
	People      *int `json:"people,omitempty"`      // in the range

	CompanyDepartments *int `json:"companyDepartments,omitempty"` // in the company, in the range or not
	CompanyPeople      *int `json:"companyPeople,omitempty"`

	SampledDepartments int `json:"sampledDepartments"` // whose members were read
	SampledPeople      int `json:"sampledPeople"`
	LeafDepartments    int `json:"leafDepartments"`  // of those whose members were read, that have none below them
	EmptyDepartments   int `json:"emptyDepartments"` // of these, that have no members
}

// FieldCount says how many people of a sample have a field.
type FieldCount struct {
	Field       string   `json:"field"`
	Call        string   `json:"call"` // "list": the rows of departments have it; "detail": the call for one person
	Has         int      `json:"has"`
	Of          int      `json:"of"`
	Permissions []string `json:"permissions,omitempty"` // any of which opens it; empty: that of the call is enough
}

// patient is a directory that can be diagnosed.
type patient interface {
	Directory
	examine(x *examination)
}

// Diagnose looks at what the credentials of a directory can and cannot do: credentials, address list, permissions, the
// app's range, which fields of a sample of people are there, ids, quotas, clock, base URL and the store for tokens. It
// only reads, sends a bounded number of requests and keeps to the client's quotas.
//
// What is wrong is a [Finding]; what one finding hides from sight is in Unseen. The error is for what is neither: the
// vendor cannot be reached, or ctx ended. The Diagnosis then holds what had been seen.
func Diagnose(ctx context.Context, d Directory, o DiagnoseOptions) (Diagnosis, error) {
	p, ok := d.(patient)
	if !ok {
		return Diagnosis{}, errors.New("directory: only the directories of this package can be diagnosed")
	}
	if o.Sample <= 0 {
		o.Sample = 200
	}
	if o.MaxCalls <= 0 {
		o.MaxCalls = 120
	}
	x := newExamination(ctx, d, o)
	p.examine(x)
	return x.finish()
}

// maxClockDifference is what clocks may differ by. The Date of an answer has whole seconds, and DingTalk refuses
// signatures that are off by more than a minute.
const maxClockDifference = 30 * time.Second

// parts of a diagnosis, in the words for people.
const (
	partCredentials = "credentials"
	partAddress     = "address"
	partBaseURL     = "base URL"
	partClock       = "clock"
	partStore       = "token store"
	partPermissions = "permissions"
	partRange       = "range"
	partFields      = "fields"
	partPeople      = "people and departments"
	partQuota       = "quota"
)

// partOf is the part that a cause belongs to.
func partOf(id diagnosis.ID) string {
	switch id {
	case diagnosis.CredentialsRefused, diagnosis.SecretOfAnotherKind, diagnosis.AppMismatch, diagnosis.AppDisabled,
		diagnosis.AppUnpublished, diagnosis.SignatureRefused:
		return partCredentials
	case diagnosis.AddressRefused, diagnosis.AddressBanned:
		return partAddress
	case diagnosis.BaseURLWrong:
		return partBaseURL
	case diagnosis.ClockOff:
		return partClock
	case diagnosis.TokenStore:
		return partStore
	case diagnosis.RangeEmpty, diagnosis.RangePartial, diagnosis.RangeUnknown, diagnosis.RangeHasGroups:
		return partRange
	case diagnosis.FieldPermission, diagnosis.FieldDateRule, diagnosis.FieldEmpty:
		return partFields
	case diagnosis.NoDepartment, diagnosis.EmptyDepartments, diagnosis.SpelledTwice:
		return partPeople
	case diagnosis.QuotaUsedUp, diagnosis.QuotaLow:
		return partQuota
	default:
		return partPermissions
	}
}
