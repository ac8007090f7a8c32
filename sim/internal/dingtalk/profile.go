package dingtalk

import (
	"encoding/json"
	"time"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
)

// userProfile is what only DingTalk knows of a person.
type userProfile struct {
	hired        int64 // as it was written, in milliseconds; the Person knows the day only
	senior       bool
	orgEmailType string
	positions    map[company.DepartmentKey]userPosition
	i18n         json.RawMessage

	// Accounts that belong to the corp (专属帐号).
	exclusive                        bool
	exclusiveType, loginID, nickname string
}

// userPosition is what a person is in one department.
type userPosition struct {
	title, workPlace string
	main             bool
}

// profile returns what only DingTalk knows of a person. Its map is not written to.
func (k *Vendor) profile(key company.PersonKey) userProfile {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.profiles[key]
}

func (k *Vendor) setProfile(key company.PersonKey, p userProfile) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.profiles[key] = p
}

// hired is the first working day in milliseconds, nil if it is unknown: midnight in China, or what was written if that
// is on the same day.
func hired(p *company.Person, profile userProfile) *int64 {
	if p.Hired.IsZero() {
		return nil
	}
	if profile.hired != 0 && hiredDay(profile.hired).Equal(p.Hired) {
		return new(profile.hired)
	}
	year, month, day := p.Hired.Date()
	return new(time.Date(year, month, day, 0, 0, 0, 0, zone()).UnixMilli())
}

// hiredDay is the day in China of a time in milliseconds, as a Person has it.
func hiredDay(millis int64) time.Time {
	year, month, day := time.UnixMilli(millis).In(zone()).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// active tells whether a person has activated the account. An account that was locked since counts.
func active(p *company.Person) bool { return p.Status != company.StatusNotActivated }

// attributesOf are the self-defined fields of a person as DingTalk has them, nil for none. A link is its address.
func attributesOf(p *company.Person) map[string]string {
	if len(p.Attributes) == 0 {
		return nil
	}
	out := make(map[string]string, len(p.Attributes))
	for _, a := range p.Attributes {
		out[a.Name] = a.Text
		if a.URL != "" {
			out[a.Name] = a.URL
		}
	}
	return out
}

// jsonText is a value as JSON in a text.
func jsonText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(desk.UnescapeHTML(text))
}

// textOrNot is a field of a person that the wire has, if it is empty, as "" for some people and not at all for others.
func textOrNot(p *company.Person, text string) *string {
	if text == "" && p.Key%11 < 5 {
		return nil
	}
	return new(text)
}
