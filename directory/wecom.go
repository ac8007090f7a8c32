package directory

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/gen/wecomapi"
)

// WeCom shows WeCom's directory: what the self-built app (Config.AppSecret) may see. Ids are userids and department
// ids; the root is 1.
//
// With Config.AgentID the app's visible range (可见范围) is known, and a walk is exactly that: its departments with all
// below them, and the people whom the app was given one by one. Tags (标签) cannot be read: a range that has some is an
// error, unless it has the root as well.
//
// Without Config.AgentID the scope is not known, and a walk is the departments that the app sees: people given one by
// one, and those of tags, are missing. With Config.ContactSecret it then also lists the departments that the app may
// not see, without their names; reading their members is clients.ErrPermission.
func WeCom(c *wecom.Client) Directory { return &weComDirectory{c} }

type weComDirectory struct{ c *wecom.Client }

func (d *weComDirectory) Vendor() string { return "wecom" }

// weComRoot is the corp itself.
const weComRoot = 1

// Scope is the app's visible range, and not known without Config.AgentID.
func (d *weComDirectory) Scope(ctx context.Context) (Scope, error) {
	if d.c.AgentID() == 0 {
		return Scope{}, nil
	}
	app, err := d.c.GetAgent(ctx, &wecomapi.GetAgentParams{AgentID: d.c.AgentID()})
	if err != nil {
		return Scope{}, err
	}
	people, departments, tags := app.AllowUserinfos.User, app.AllowPartys.PartyID, app.AllowTags.TagID
	switch {
	case slices.Contains(departments, weComRoot):
		return Scope{Known: true, Whole: true}, nil
	case people == nil && departments == nil && tags == nil:
		return Scope{}, nil
	}
	scope := Scope{Known: true}
	for _, person := range people {
		scope.Users = append(scope.Users, wecom.FoldUserID(person.UserID))
	}
	for _, id := range departments {
		scope.Departments = append(scope.Departments, textID(id))
	}
	for _, id := range tags {
		scope.Groups = append(scope.Groups, textID(id))
	}
	return scope.sorted(), nil
}

func (d *weComDirectory) Departments(ctx context.Context, roots ...string) iter.Seq2[Department, error] {
	return func(yield func(Department, error) bool) {
		all, err := d.departments(ctx)
		if err == nil && len(roots) > 0 {
			all, err = below(all, roots)
		}
		if err != nil {
			yield(Department{}, err)
			return
		}
		for _, department := range all {
			if !yield(department, nil) {
				return
			}
		}
	}
}

func (d *weComDirectory) departments(ctx context.Context) ([]Department, error) {
	visible, err := d.c.ListDepartment(ctx, nil)
	if err != nil {
		return nil, err
	}
	var all []Department
	listed := make(map[int64]struct{}, len(visible.Department))
	for _, raw := range visible.Department {
		listed[raw.ID] = struct{}{}
		all = append(all, weComDepartment(raw))
	}
	if !d.c.HasContactSecret() {
		return all, nil
	}
	nodes, err := d.c.ListDepartmentSimple(clients.WithScheme(ctx, "contactToken"), nil)
	if err != nil {
		return nil, err
	}
	for _, node := range nodes.DepartmentID {
		if _, ok := listed[node.ID]; !ok {
			all = append(all, weComDepartment(wecomapi.Department{ID: node.ID, ParentID: node.ParentID,
				Order: node.Order}))
		}
	}
	return all, nil
}

// below returns the departments from roots down.
func below(all []Department, roots []string) ([]Department, error) {
	children := make(map[string][]int, len(all))
	index := make(map[string]int, len(all))
	for i, department := range all {
		children[department.ParentID] = append(children[department.ParentID], i)
		index[department.ID] = i
	}
	var kept []Department
	seen := make(map[int]struct{})
	var waiting []int
	for _, root := range roots {
		i, ok := index[root]
		if !ok {
			return nil, &clients.Error{Vendor: "wecom", Operation: "ListDepartment", Kind: clients.KindNotFound,
				Message: fmt.Sprintf("department %s is not among those that the app sees", root)}
		}
		waiting = append(waiting, i)
	}
	for ; len(waiting) > 0; waiting = waiting[1:] {
		i := waiting[0]
		if _, ok := seen[i]; ok {
			continue
		}
		seen[i] = struct{}{}
		kept = append(kept, all[i])
		waiting = append(waiting, children[all[i].ID]...)
	}
	return kept, nil
}

func (d *weComDirectory) Members(ctx context.Context, departmentID string) iter.Seq2[User, error] {
	return users(d.rows(ctx, departmentID))
}

func (d *weComDirectory) rows(ctx context.Context, departmentID string) iter.Seq2[row, error] {
	ids, err := numbers("wecom", "GetUserList", []string{departmentID})
	if err != nil {
		return failed[row](err)
	}
	return convert(d.c.DepartmentUsers(ctx, ids[0]), func(raw wecomapi.Member) row {
		return row{user: weComUser(raw), whole: raw.Department != nil}
	})
}

func (d *weComDirectory) User(ctx context.Context, id string) (User, error) {
	member, err := d.c.User(ctx, id)
	if err != nil {
		return User{}, err
	}
	return weComUser(member), nil
}

func weComDepartment(raw wecomapi.Department) Department {
	return Department{
		ID:        textID(raw.ID),
		ParentID:  textID(raw.ParentID),
		Name:      raw.Name,
		LeaderIDs: weComFolded(raw.DepartmentLeader),
		Order:     orderText(orZero(raw.Order)),
		Raw:       raw,
	}
}

// weComFolded are userids in the form that is the same for all spellings.
func weComFolded(userIDs []string) []string {
	if userIDs == nil {
		return nil
	}
	folded := []string{}
	for _, id := range userIDs {
		folded = append(folded, wecom.FoldUserID(id))
	}
	slices.Sort(folded)
	return folded
}

func weComUser(raw wecomapi.Member) User {
	u := User{
		// The vendor ignores the case of userids and may write one in two ways; the folded form is the same for both.
		ID: wecom.FoldUserID(raw.UserID), UnionID: raw.OpenUserID, UserName: raw.UserID,
		UserNameFrom: UserNameFromUserID,
		DisplayName:  raw.Name, NickName: raw.Alias, Title: raw.Position, PhotoURL: raw.Avatar, Location: raw.Address,
		Attributes: weComAttributes(raw.ExtAttr.Attrs), Raw: raw,
	}
	if u.NickName == "" {
		u.NickName = raw.EnglishName
	}
	switch raw.Status {
	case wecomapi.MemberStatusActivated:
		u.Status = StatusActive
	case wecomapi.MemberStatusDisabled:
		u.Status = StatusDisabled
	case wecomapi.MemberStatusNotActivated:
		u.Status = StatusPending
	case wecomapi.MemberStatusLeft:
		u.Status = StatusLeft
	}
	switch raw.Gender {
	case "1":
		u.Gender = GenderMale
	case "2":
		u.Gender = GenderFemale
	}
	if len(raw.DirectLeader) > 0 {
		u.ManagerID = wecom.FoldUserID(raw.DirectLeader[0])
	}
	// Apps made since June 2022 get these of those people only who agreed to it.
	withheld := raw.BizMail == nil && raw.Email == nil && raw.Mobile == nil
	u.Emails = u.contacts(fieldEmails, contact{kindWork, raw.BizMail, withheld}, contact{kindHome, raw.Email, withheld})
	u.PhoneNumbers = u.contacts(fieldPhones, contact{kindMobile, mapped(raw.Mobile, e164), withheld},
		contact{kindWork, mapped(raw.Telephone, e164), false})
	if raw.Department == nil {
		return u
	}
	u.Departments = []Membership{}
	for i, id := range raw.Department {
		m := Membership{DepartmentID: textID(id)}
		if raw.MainDepartment != 0 {
			m.Primary = new(id == raw.MainDepartment)
		}
		// The arrays are parallel, but may be shorter or absent.
		if i < len(raw.Order) {
			m.Order = orderText(raw.Order[i])
		}
		if i < len(raw.IsLeaderInDept) {
			m.Leader = new(raw.IsLeaderInDept[i] == 1)
		}
		u.Departments = append(u.Departments, m)
	}
	return u
}

func weComAttributes(attrs []wecomapi.Attr) map[string]string {
	if attrs == nil {
		return nil
	}
	attributes := make(map[string]string, len(attrs))
	for _, a := range attrs {
		value := a.Text.Value
		for _, other := range []string{a.Value, a.Web.URL} {
			if value == "" {
				value = other
			}
		}
		attributes[a.Name] = value
	}
	return attributes
}
