package sim

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim/internal/wecomserver"
)

// weComUserID tells whether a new member may have the id.
func weComUserID(id string) bool {
	const first = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	return id != "" && len(id) <= 64 && strings.Contains(first, id[:1]) && strings.Trim(id, first+"_-@.") == ""
}

// weComAttributeNames are the self-defined fields that the corp's console knows. Others are ignored without an error.
func weComAttributeNames() []string { return []string{"工号", "工位", "主页"} }

// checkChange holds a change against the limits of the vendor's pages. What depends on other members is checked later.
func (w *weCom) checkChange(c *call, change weComChange) error {
	checks := []struct {
		bad  bool
		code wecomapi.ErrorCode
	}{
		{outside(change.name, 1, 64), wecomapi.ErrorCodeInvalidName},
		{outside(change.alias, 0, 64), wecomapi.ErrorCodeInvalidEnglishName},
		{!isBlank(change.mobile) && !validMobile(*change.mobile), wecomapi.ErrorCodeInvalidMobile},
		{!isBlank(change.email) && !validMail(*change.email, 64), wecomapi.ErrorCodeInvalidEmail},
		{!isBlank(change.bizMail) && !validMail(*change.bizMail, 64), wecomapi.ErrorCodeBizMailIllegal},
		{outside(change.position, 0, 128), wecomapi.ErrorCodeInvalidPosition},
		{outside(change.address, 0, 128), wecomapi.ErrorCodeInvalidArgs},
		{change.telephone != nil && !validTelephone(*change.telephone), wecomapi.ErrorCodeInvalidTelephone},
		{outside(change.externalPosition, 0, 12), wecomapi.ErrorCodeInvalidPosition},
		{change.gender != nil && *change.gender != "1" && *change.gender != "2", wecomapi.ErrorCodeInvalidArgs},
		{change.enable != nil && *change.enable != 0 && *change.enable != 1, wecomapi.ErrorCodeInvalidArgs},
		{change.avatar != nil && !w.isImage(c, *change.avatar), wecomapi.ErrorCodeInvalidAvatarMediaID},
		{change.directLeader != nil && len(*change.directLeader) > 1, wecomapi.ErrorCodeTooManyDirectLeaders},
	}
	for _, check := range checks {
		if check.bad {
			return weComError{code: check.code}
		}
	}
	if err := checkWeComDepartments(change); err != nil {
		return err
	}
	if change.mailAliases != nil && change.mailAliases.Item != nil {
		if len(*change.mailAliases.Item) > 5 {
			return weComError{code: wecomapi.ErrorCodeCorpMailAliasOverLimit}
		}
		for _, alias := range *change.mailAliases.Item {
			if !validMail(alias, 63) {
				return weComError{code: wecomapi.ErrorCodeCorpMailAliasIllegal}
			}
		}
	}
	return checkWeComAttributes(change)
}

// checkWeComDepartments checks the departments of a change and what is parallel to them.
func checkWeComDepartments(change weComChange) error {
	if change.departments == nil {
		return nil
	}
	departments := *change.departments
	if len(departments) > 100 {
		return weComError{code: wecomapi.ErrorCodeTooManyDepartmentsForMember}
	}
	for i, id := range departments {
		if id < 0 || id > weComMaxID {
			return weComError{code: wecomapi.ErrorCodeInvalidDepartmentID}
		}
		if slices.Contains(departments[:i], id) {
			return weComError{code: wecomapi.ErrorCodeInvalidDepartmentList}
		}
	}
	if change.orders != nil {
		if len(*change.orders) != len(departments) {
			return weComError{code: wecomapi.ErrorCodeInvalidArgs}
		}
		for _, order := range *change.orders {
			if order < 0 || order > weComMaxID {
				return weComError{code: wecomapi.ErrorCodeInvalidArgs}
			}
		}
	}
	if change.leads != nil && len(*change.leads) != len(departments) {
		return weComError{code: wecomapi.ErrorCodeLeaderListLengthMismatch}
	}
	return nil
}

// checkWeComAttributes checks the self-defined fields of a change, those for outsiders included.
func checkWeComAttributes(change weComChange) error {
	var attrs []wecomserver.AttrInput
	if change.attributes != nil && change.attributes.Attrs != nil {
		for _, a := range *change.attributes.Attrs {
			if a.Type == 2 { // mini-programs are for outsiders only
				return weComError{code: wecomapi.ErrorCodeExtAttrInvalid60150}
			}
			if a.Text != nil && utf8.RuneCountInString(a.Text.Value) > 64 {
				return weComError{code: wecomapi.ErrorCodeExtAttrInvalid60151}
			}
			attrs = append(attrs, a)
		}
	}
	if change.external != nil && change.external.ExternalAttr != nil {
		for _, a := range *change.external.ExternalAttr {
			if a.Text != nil && utf8.RuneCountInString(a.Text.Value) > 32 {
				return weComError{code: wecomapi.ErrorCodeExtAttrInvalid60151}
			}
			attrs = append(attrs, a)
		}
	}
	for _, a := range attrs {
		if a.Type < 0 || a.Type > 2 {
			return weComError{code: wecomapi.ErrorCodeExtAttrInvalid60150}
		}
		if web := a.Web; web != nil {
			cleared := web.URL == "" && web.Title == ""
			schemed := strings.HasPrefix(web.URL, "http://") || strings.HasPrefix(web.URL, "https://")
			if !cleared && (!schemed || web.Title == "" || utf8.RuneCountInString(web.Title) > 12) {
				return weComError{code: wecomapi.ErrorCodeExtAttrInvalid60151}
			}
		}
		if mini := a.MiniProgram; mini != nil && utf8.RuneCountInString(mini.Title) > 12 {
			return weComError{code: wecomapi.ErrorCodeExtAttrInvalid60151}
		}
	}
	return nil
}

// weComApplyAttributes sets the self-defined fields that the console knows. A field that is set to nothing goes away.
func weComApplyAttributes(p *Person, input *wecomserver.ExtAttrInput) {
	if input == nil || input.Attrs == nil {
		return
	}
	for _, a := range *input.Attrs {
		if !slices.Contains(weComAttributeNames(), a.Name) {
			continue
		}
		set := Attribute{Name: a.Name}
		switch {
		case a.Type == 0 && a.Text != nil:
			set.Text = a.Text.Value
		case a.Type == 1 && a.Web != nil:
			set.Text, set.URL = a.Web.Title, a.Web.URL
		}
		p.Attributes = slices.DeleteFunc(p.Attributes, func(old Attribute) bool { return old.Name == a.Name })
		if set.Text != "" || set.URL != "" {
			p.Attributes = append(p.Attributes, set)
		}
	}
}

// weComExternalProfile turns what was written into what is read.
func weComExternalProfile(in wecomserver.ExternalProfileInput) *wecomserver.ExternalProfile {
	out := &wecomserver.ExternalProfile{ExternalCorpName: in.ExternalCorpName}
	if in.WechatChannels != nil {
		out.WechatChannels = &wecomserver.WechatChannels{Nickname: in.WechatChannels.Nickname, Status: new(wecomserver.WechatChannelsStatus(1))}
	}
	if in.ExternalAttr == nil {
		return out
	}
	attrs := make([]wecomserver.Attr, 0, len(*in.ExternalAttr))
	for _, a := range *in.ExternalAttr {
		attr := wecomserver.Attr{Name: new(a.Name), Type: new(wecomserver.AttrType(a.Type))}
		switch {
		case a.Text != nil:
			attr.Text = &wecomserver.AttrText{Value: new(a.Text.Value)}
		case a.Web != nil:
			attr.Web = &wecomserver.AttrWeb{URL: new(a.Web.URL), Title: new(a.Web.Title)}
		default:
			continue // a mini-program that the corp has not authorised is ignored, and it has authorised none
		}
		attrs = append(attrs, attr)
	}
	out.ExternalAttr = &attrs
	return out
}

// outside tells whether a text that is set has fewer or more characters than allowed.
func outside(text *string, least, most int) bool {
	if text == nil {
		return false
	}
	n := utf8.RuneCountInString(*text)
	return n < least || n > most
}

func isBlank(text *string) bool { return text == nil || *text == "" }

func validMobile(text string) bool {
	_, ok := ParseMobile(text)
	return ok
}

func validMail(text string, most int) bool {
	local, domain, ok := strings.Cut(text, "@")
	return ok && len(text) >= 6 && len(text) <= most && local != "" && strings.Contains(domain, ".") && !strings.ContainsAny(text, " <>,;")
}

func validTelephone(text string) bool {
	return len(text) <= 32 && strings.Trim(text, "0123456789-+,") == ""
}

func contains(list []int64, v int64) bool { return slices.Contains(list, v) }
