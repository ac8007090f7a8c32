package wecom

import (
	"fmt"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/wecomserver"
)

// profile is what only WeCom knows of a person.
type profile struct {
	externalPosition string
	external         *wecomserver.ExternalProfile
	mailAliases      []string
}

// member writes a person as WeCom does, seen by a caller. inList tells whether it is one of several.
//
// Real tenants differ from the vendor's pages in the ways that depend on the person's key here: arrays that should be
// parallel are empty or absent, gender is empty, extattr comes in every form that it ever had, and members of
// older days turn up. The key decides, so that equal simulators show equal oddities and each of them can be found.
func (w *Vendor) member(v view, p *company.Person, inList bool, holder string) wecomserver.Member {
	key := int(p.Key)
	m := wecomserver.Member{
		UserID:           new(v.id(p)),
		Name:             new(v.name(p)),
		Position:         new(p.Position),
		Status:           new(status(p)),
		ExternalPosition: new(w.profile(p.Key).externalPosition),
		ExternalProfile:  w.profile(p.Key).external,
		ExtAttr:          extAttr(p),
	}
	w.placeMember(&m, v, p)
	if v.third {
		m.OpenUserID = new(p.WeComOpenUserID)
	}
	if p.Telephone != "" {
		m.Telephone = new(p.Telephone)
	}
	switch {
	case key%15 == 1 && p.EnglishName != "":
		m.EnglishName = new(p.EnglishName)
	case p.Nickname != "":
		m.Alias = new(p.Nickname)
	case p.EnglishName != "":
		m.Alias = new(p.EnglishName)
	}
	if manager := v.dir.Person(p.Manager); manager != nil && v.person(manager) {
		m.DirectLeader = &[]string{v.id(manager)}
	} else if key%2 == 0 {
		m.DirectLeader = &[]string{}
	}
	if key%16 != 3 { // no page has them, and nearly every recording
		m.Enable, m.IsLeader, m.HideMobile = new(bit(p.Status != company.StatusDisabled)),
			new(bit(company.LeadsSomewhere(p))), new(bit(p.MobileHidden))
	}
	if key%50 == 9 {
		m.WXPluginStatus = new(int64(1))
	}
	w.addSensitive(&m, v, p)
	if inList && holder == holderProvider {
		m.BizMail = nil // documented: never in lists for a provider's app
	}
	return m
}

// simpleMember writes id, name and departments of a person.
func (w *Vendor) simpleMember(v view, p *company.Person) wecomserver.SimpleMember {
	var m wecomserver.Member
	w.placeMember(&m, v, p)
	out := wecomserver.SimpleMember{UserID: new(v.id(p)), Name: new(v.name(p)), Department: m.Department}
	if v.third {
		out.OpenUserID = new(p.WeComOpenUserID)
	}
	return out
}

// placeMember fills in the departments that the caller may see, and what is parallel to them.
func (w *Vendor) placeMember(m *wecomserver.Member, v view, p *company.Person) {
	departments, orders, leads := []int64{}, []int64{}, []int64{}
	for _, in := range p.Memberships {
		if !v.department(in.Department) {
			continue
		}
		departments = append(departments, v.dir.Department(in.Department).WeComID)
		orders = append(orders, in.Order)
		leads = append(leads, bit(in.Leader))
	}
	m.Department, m.Order, m.IsLeaderInDept = &departments, &orders, &leads
	key := int(p.Key)
	if key%17 == 5 {
		m.Order = nil
	}
	switch {
	case key%13 == 6:
		m.IsLeaderInDept = &[]int64{}
	case key%13 == 7:
		m.IsLeaderInDept = nil
	}
	if main := v.dir.Department(p.MainDepartment); main != nil && v.department(main.Key) {
		m.MainDepartment = new(main.WeComID)
	}
}

// addSensitive fills in the members that apps created after June 2022 do not get. A hidden gender is "0", or empty.
func (w *Vendor) addSensitive(m *wecomserver.Member, v view, p *company.Person) {
	if v.hidden {
		m.Gender = new(wecomserver.GenderUndefined)
		if int(p.Key)%4 == 0 {
			m.Gender = new(wecomserver.GenderHidden)
		}
		return
	}
	m.Gender = new(gender(p))
	m.Mobile = new(p.Mobile.Short())
	m.Email = new(p.Email)
	m.BizMail = new(p.CorpEmail)
	m.Avatar = new(p.AvatarURL)
	m.ThumbAvatar = new(p.AvatarURL)
	m.QRCode = new(qrCode(p))
	if p.Address != "" {
		m.Address = new(p.Address)
	}
}

func qrCode(p *company.Person) string {
	return fmt.Sprintf("https://open.work.weixin.qq.com/wwopen/userQRCode?vcode=demo%d", p.Key)
}

func gender(p *company.Person) wecomserver.Gender {
	switch {
	case p.Gender == company.GenderMale:
		return wecomserver.GenderMale
	case p.Gender == company.GenderFemale:
		return wecomserver.GenderFemale
	case p.Key%2 == 0:
		return wecomserver.GenderUndefined
	}
	return wecomserver.GenderHidden // what comes is an empty text
}

func status(p *company.Person) wecomserver.MemberStatus {
	switch p.Status {
	case company.StatusDisabled:
		return wecomserver.MemberStatusDisabled
	case company.StatusNotActivated:
		return wecomserver.MemberStatusNotActivated
	}
	return wecomserver.MemberStatusActivated
}

// extAttr writes the self-defined fields: absent, {}, {"attrs":[]}, typed, in the old form, or in both at once.
func extAttr(p *company.Person) *wecomserver.ExtAttr {
	if len(p.Attributes) == 0 {
		switch p.Key % 3 {
		case 0:
			return nil
		case 1:
			return &wecomserver.ExtAttr{}
		}
		return &wecomserver.ExtAttr{Attrs: &[]wecomserver.Attr{}}
	}
	attrs := make([]wecomserver.Attr, 0, len(p.Attributes))
	for _, a := range p.Attributes {
		attr := wecomserver.Attr{Name: new(a.Name)}
		switch {
		case a.URL != "":
			attr.Type = new(wecomserver.AttrTypeWeb)
			attr.Web = &wecomserver.AttrWeb{URL: new(a.URL), Title: new(a.Text)}
		case p.Key%24 == 5:
			attr.Value = new(a.Text)
		default:
			attr.Type = new(wecomserver.AttrTypeText)
			attr.Text = &wecomserver.AttrText{Value: new(a.Text)}
			if p.Key%24 == 9 {
				attr.Value = new(a.Text)
			}
		}
		attrs = append(attrs, attr)
	}
	return &wecomserver.ExtAttr{Attrs: &attrs}
}

// profile returns what only WeCom knows of a person.
func (w *Vendor) profile(key company.PersonKey) profile {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.profiles[key]
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
