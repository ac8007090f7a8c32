package wecom

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wecomserver"
)

// attributeNames are the self-defined fields that the corp's console knows. Others are ignored without an error.
func attributeNames() []string { return []string{"工号", "工位", "主页"} }

// checkChange refuses what is beyond the limits of the vendor's pages. What depends on other members is checked later.
func (w *Vendor) checkChange(c *desk.Call, change memberChange) error {
	checks := []struct {
		bad  bool
		code wecomapi.ErrorCode
	}{
		{desk.Outside(change.name, 1, 64), wecomapi.ErrorCodeInvalidName},
		{desk.Outside(change.alias, 0, 64), wecomapi.ErrorCodeInvalidEnglishName},
		{!desk.IsBlank(change.mobile) && !company.ValidMobile(*change.mobile), wecomapi.ErrorCodeInvalidMobile},
		{!desk.IsBlank(change.email) && !company.ValidMail(*change.email, 64), wecomapi.ErrorCodeInvalidEmail},
		{!desk.IsBlank(change.bizMail) && !company.ValidMail(*change.bizMail, 64), wecomapi.ErrorCodeBizMailIllegal},
		{desk.Outside(change.position, 0, 128), wecomapi.ErrorCodeInvalidPosition},
		{desk.Outside(change.address, 0, 128), wecomapi.ErrorCodeInvalidArgs},
		{change.telephone != nil && !validTelephone(*change.telephone), wecomapi.ErrorCodeInvalidTelephone},
		{desk.Outside(change.externalPosition, 0, 12), wecomapi.ErrorCodeInvalidPosition},
		{change.gender != nil && *change.gender != "1" && *change.gender != "2", wecomapi.ErrorCodeInvalidArgs},
		{change.enable != nil && *change.enable != 0 && *change.enable != 1, wecomapi.ErrorCodeInvalidArgs},
		{change.avatar != nil && !w.isImage(c, *change.avatar), wecomapi.ErrorCodeInvalidAvatarMediaID},
		{change.directLeader != nil && len(*change.directLeader) > 1, wecomapi.ErrorCodeTooManyDirectLeaders},
	}
	for _, check := range checks {
		if check.bad {
			return refusal{code: check.code}
		}
	}
	if err := checkDepartments(change); err != nil {
		return err
	}
	if change.mailAliases != nil && change.mailAliases.Item != nil {
		if len(*change.mailAliases.Item) > 5 {
			return refusal{code: wecomapi.ErrorCodeCorpMailAliasOverLimit}
		}
		for _, alias := range *change.mailAliases.Item {
			if !company.ValidMail(alias, 63) {
				return refusal{code: wecomapi.ErrorCodeCorpMailAliasIllegal}
			}
		}
	}
	return checkAttributes(change)
}

// checkDepartments checks the departments of a change and what is parallel to them.
func checkDepartments(change memberChange) error {
	if change.departments == nil {
		return nil
	}
	departments := *change.departments
	if len(departments) > 100 {
		return refusal{code: wecomapi.ErrorCodeTooManyDepartmentsForMember}
	}
	for i, id := range departments {
		if id < 0 || id > maxID {
			return refusal{code: wecomapi.ErrorCodeInvalidDepartmentID}
		}
		if slices.Contains(departments[:i], id) {
			return refusal{code: wecomapi.ErrorCodeInvalidDepartmentList}
		}
	}
	if change.orders != nil {
		if len(*change.orders) != len(departments) {
			return refusal{code: wecomapi.ErrorCodeInvalidArgs}
		}
		for _, order := range *change.orders {
			if order < 0 || order > maxID {
				return refusal{code: wecomapi.ErrorCodeInvalidArgs}
			}
		}
	}
	if change.leads != nil && len(*change.leads) != len(departments) {
		return refusal{code: wecomapi.ErrorCodeLeaderListLengthMismatch}
	}
	return nil
}

// checkAttributes checks the self-defined fields of a change, those for outsiders included.
func checkAttributes(change memberChange) error {
	var attrs []wecomserver.AttrInput
	if change.attributes != nil && change.attributes.Attrs != nil {
		for _, a := range *change.attributes.Attrs {
			if a.Type == 2 { // mini-programs are for outsiders only
				return refusal{code: wecomapi.ErrorCodeExtAttrInvalid60150}
			}
			if a.Text != nil && utf8.RuneCountInString(a.Text.Value) > 64 {
				return refusal{code: wecomapi.ErrorCodeExtAttrInvalid60151}
			}
			attrs = append(attrs, a)
		}
	}
	if change.external != nil && change.external.ExternalAttr != nil {
		for _, a := range *change.external.ExternalAttr {
			if a.Text != nil && utf8.RuneCountInString(a.Text.Value) > 32 {
				return refusal{code: wecomapi.ErrorCodeExtAttrInvalid60151}
			}
			attrs = append(attrs, a)
		}
	}
	for _, a := range attrs {
		if a.Type < 0 || a.Type > 2 {
			return refusal{code: wecomapi.ErrorCodeExtAttrInvalid60150}
		}
		if web := a.Web; web != nil {
			cleared := web.URL == "" && web.Title == ""
			schemed := strings.HasPrefix(web.URL, "http://") || strings.HasPrefix(web.URL, "https://")
			if !cleared && (!schemed || web.Title == "" || utf8.RuneCountInString(web.Title) > 12) {
				return refusal{code: wecomapi.ErrorCodeExtAttrInvalid60151}
			}
		}
		if mini := a.MiniProgram; mini != nil && utf8.RuneCountInString(mini.Title) > 12 {
			return refusal{code: wecomapi.ErrorCodeExtAttrInvalid60151}
		}
	}
	return nil
}

// applyAttributes sets the self-defined fields that the console knows. A field that is set to nothing goes away.
func applyAttributes(p *company.Person, input *wecomserver.ExtAttrInput) {
	if input == nil || input.Attrs == nil {
		return
	}
	for _, a := range *input.Attrs {
		if !slices.Contains(attributeNames(), a.Name) {
			continue
		}
		set := company.Attribute{Name: a.Name}
		switch {
		case a.Type == 0 && a.Text != nil:
			set.Text = a.Text.Value
		case a.Type == 1 && a.Web != nil:
			set.Text, set.URL = a.Web.Title, a.Web.URL
		}
		p.Attributes = slices.DeleteFunc(p.Attributes, func(old company.Attribute) bool { return old.Name == a.Name })
		if set.Text != "" || set.URL != "" {
			p.Attributes = append(p.Attributes, set)
		}
	}
}

// externalProfile turns what was written into what is read.
func externalProfile(in wecomserver.ExternalProfileInput) *wecomserver.ExternalProfile {
	out := &wecomserver.ExternalProfile{ExternalCorpName: in.ExternalCorpName}
	if in.WechatChannels != nil {
		out.WechatChannels = &wecomserver.WechatChannels{Nickname: in.WechatChannels.Nickname,
			Status: new(wecomserver.WechatChannelsStatus(1))}
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

func validTelephone(text string) bool {
	return len(text) <= 32 && strings.Trim(text, "0123456789-+,") == ""
}

func contains(list []int64, v int64) bool { return slices.Contains(list, v) }
