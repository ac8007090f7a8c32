package sim

import (
	"encoding/json"
	"time"
)

// dingTalkProfile is what only DingTalk knows of a person.
type dingTalkProfile struct {
	hired        int64 // as it was written, in milliseconds; the Person knows the day only
	senior       bool
	orgEmailType string
	positions    map[DepartmentKey]dingTalkPosition
	i18n         json.RawMessage

	// Accounts that belong to the corp (专属帐号).
	exclusive                        bool
	exclusiveType, loginID, nickname string
}

// dingTalkPosition is what a person is in one department.
type dingTalkPosition struct {
	title, workPlace string
	main             bool
}

// profile returns what only DingTalk knows of a person. Its map is not written to.
func (k *dingTalk) profile(key PersonKey) dingTalkProfile {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.profiles[key]
}

func (k *dingTalk) setProfile(key PersonKey, p dingTalkProfile) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.profiles[key] = p
}

// dingTalkHired is the first working day in milliseconds, nil if it is unknown: midnight in China, or what was written if that is on
// the same day.
func dingTalkHired(p *Person, profile dingTalkProfile) *int64 {
	if p.Hired.IsZero() {
		return nil
	}
	if profile.hired != 0 && dingTalkHiredDay(profile.hired).Equal(p.Hired) {
		return new(profile.hired)
	}
	year, month, day := p.Hired.Date()
	return new(time.Date(year, month, day, 0, 0, 0, 0, dingTalkZone()).UnixMilli())
}

// dingTalkHiredDay is the day in China of a time in milliseconds, as a Person has it.
func dingTalkHiredDay(millis int64) time.Time {
	year, month, day := time.UnixMilli(millis).In(dingTalkZone()).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// dingTalkActive tells whether a person has activated the account. An account that was locked since counts.
func dingTalkActive(p *Person) bool { return p.Status != StatusNotActivated }

// dingTalkAttributes are the self-defined fields of a person as DingTalk has them, nil for none. A link is its address.
func dingTalkAttributes(p *Person) map[string]string {
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

// dingTalkJSON is a value as JSON in a text.
func dingTalkJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(unescapeHTML(text))
}

// dingTalkTextOrNot is a field of a person that the wire has, if it is empty, as "" for some people and not at all for others.
func dingTalkTextOrNot(p *Person, text string) *string {
	if text == "" && p.Key%11 < 5 {
		return nil
	}
	return new(text)
}

// dingTalkRole is a role (角色) of a person.
type dingTalkRole struct {
	id          int64
	name, group string
	kind        *int64 // nil for a role that the corp made itself
}

// dingTalkRoles returns the roles of a person, nil for none. One in twenty has one that the corp made itself.
func dingTalkRoles(p *Person) []dingTalkRole {
	var out []dingTalkRole
	switch {
	case p.Founder:
		out = append(out, dingTalkRole{33, "主管理员", "默认", new(int64(101))})
	case p.Admin:
		out = append(out, dingTalkRole{34, "子管理员", "默认", new(int64(102))})
	}
	if leadsSomewhere(p) {
		out = append(out, dingTalkRole{35, "主管", "默认", new(int64(104))})
	}
	if p.Key%20 == 7 {
		out = append(out, dingTalkRole{7001, "讲师", "自建", nil})
	}
	return out
}
