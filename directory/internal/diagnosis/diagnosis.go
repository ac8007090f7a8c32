// Package diagnosis is what is known of the vendors' consoles: what can be wrong with an app's access to a staff
// directory, how it shows, what it means, and where it is mended; and which permission opens which field. The findings
// of directory.Diagnose, the pages docs/TROUBLESHOOTING and the field tables of package directory are made of it.
package diagnosis

import (
	"slices"
	"strings"
)

// Text is a text in both languages of the pages. Findings are in English.
type Text struct{ EN, ZH string }

// Severity says what a cause does to a sync.
type Severity string

// The severities.
const (
	Error   Severity = "error"   // a sync fails, or loses people
	Warning Severity = "warning" // a sync goes through and lacks something
	Notice  Severity = "notice"  // worth knowing; it may well be meant
)

// Rank sorts the worst first.
func (s Severity) Rank() int { return slices.Index([]Severity{Error, Warning, Notice}, s) }

// ID names a cause. It is stable: programs may test it.
type ID string

// The causes.
const (
	CredentialsRefused  ID = "credentials-refused"
	SecretOfAnotherKind ID = "secret-of-another-kind"
	AppMismatch         ID = "app-mismatch"
	AddressRefused      ID = "address-refused"
	AddressBanned       ID = "address-banned"
	AppDisabled         ID = "app-disabled"
	AppUnpublished      ID = "app-unpublished"
	BaseURLWrong        ID = "base-url-wrong"
	SignatureRefused    ID = "signature-refused"
	ClockOff            ID = "clock-off"
	EditionLacks        ID = "edition-lacks-interface"
	PermissionMissing   ID = "permission-missing"
	FieldPermission     ID = "field-permission-missing"
	FieldDateRule       ID = "field-date-rule"
	FieldEmpty          ID = "field-empty"
	RangeEmpty          ID = "range-empty"
	RangePartial        ID = "range-partial"
	RangeUnknown        ID = "range-unknown"
	RangeHasGroups      ID = "range-has-groups"
	QuotaUsedUp         ID = "quota-used-up"
	QuotaLow            ID = "quota-low"
	TokenStore          ID = "token-store-unreachable"
	NoDepartment        ID = "people-without-department"
	EmptyDepartments    ID = "departments-without-people"
	SpelledTwice        ID = "ids-spelled-twice"
	Unexplained         ID = "unexplained-refusal"
)

// Cause is one thing that can be wrong.
type Cause struct {
	ID       ID
	Severity Severity

	Symptom Text // what people notice who have not asked for a diagnosis
	Seen    Text // what was seen, with {placeholders}
	Means   Text // for a sync

	Places []Place // one for each vendor that has the cause
}

// Place is where a cause is mended. Names of menus are as the console has them, with English behind.
type Place struct {
	Vendor  string
	Console string
	Page    string
	Switch  string
	Do      Text

	// Confidence is that of console, page and switch: doc (the vendor's page), peer (what others describe) or guess.
	Confidence string
}

// Fill puts values into the placeholders of a text.
func Fill(text string, values map[string]string) string {
	var pairs []string
	for name, value := range values {
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// Find returns a cause and the place where it is mended at a vendor.
func Find(id ID, vendor string) (Cause, Place, bool) {
	for _, c := range Causes() {
		if c.ID != id {
			continue
		}
		for _, p := range c.Places {
			if p.Vendor == vendor {
				return c, p, true
			}
		}
	}
	return Cause{}, Place{}, false
}

// Vendors are the vendors in the order of the pages, with what people call them.
func Vendors() []Vendor {
	return []Vendor{{"wecom", "WeCom 企业微信"}, {"dingtalk", "DingTalk 钉钉"}, {"feishu", "Feishu 飞书 / Lark"},
		{"wps", "WPS 365"}}
}

// Vendor is a vendor.
type Vendor struct{ Name, Title string }

// The vendors' names.
const (
	weCom    = "wecom"
	dingTalk = "dingtalk"
	feishu   = "feishu"
	wps      = "wps"
)
