package directory

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/feishu"
	"github.com/roster-go/roster/gen/feishuapi"
)

const (
	// feishuRoot is the company itself. No list of departments has it, and there are people who are in no other
	// department.
	feishuRoot = "0"

	// feishuRootName stands in for the name that Feishu does not give.
	feishuRootName = "root"
)

// Feishu shows the directory of Feishu or Lark, as far as the app's contact range (通讯录权限范围) goes. Users' ids are
// open_ids, which differ from app to app, and departments' are open_department_ids; the root is "0", and is called
// "root" where the vendor does not tell its name.
func Feishu(c *feishu.Client) Directory { return &feishuDirectory{c: c} }

type feishuDirectory struct {
	c *feishu.Client

	// The company's own words, read when somebody needs them.
	attributes, employees words
}

func (d *feishuDirectory) Vendor() string { return "feishu" }

// Scope asks twice: the range of the whole company is written as its departments of the first level, as if it were
// these.
func (d *feishuDirectory) Scope(ctx context.Context) (Scope, error) {
	whole := true
	_, err := d.c.ListDepartmentChildren(ctx, feishuRoot,
		&feishuapi.ListDepartmentChildrenParams{PageSize: new(int64(1))})
	var refused *clients.Error
	switch {
	case errors.As(err, &refused) && refused.Code == strconv.Itoa(int(feishuapi.ErrorCodeDepartmentOutOfRange)):
		whole = false
	case err != nil:
		return Scope{}, err
	}
	if whole {
		return Scope{Known: true, Whole: true}, nil
	}
	given, err := d.c.Scopes(ctx)
	if err != nil {
		return Scope{}, err
	}
	scope := Scope{Known: true, Departments: given.DepartmentIDs, Users: given.UserIDs, Groups: given.GroupIDs}
	return scope.sorted(), nil
}

func (d *feishuDirectory) Departments(ctx context.Context, roots ...string) iter.Seq2[Department, error] {
	if len(roots) == 0 {
		roots = []string{feishuRoot}
	}
	return func(yield func(Department, error) bool) {
		seen := make(map[string]struct{})
		once := func(department Department) bool {
			_, known := seen[department.ID]
			seen[department.ID] = struct{}{}
			return known && department.ID != "" || yield(department, nil)
		}
		for _, root := range roots {
			if root == feishuRoot { // of which Departments has no object
				top, err := d.top(ctx)
				if err != nil {
					yield(Department{}, clients.InDepartment(root, err))
					return
				}
				if !once(top) {
					return
				}
			}
			all := d.c.Departments(ctx, root)
			if ofScope(ctx) && root != feishuRoot {
				// The record may be withheld from an app that may read what is below it.
				found, missing, err := d.c.DepartmentsByID(ctx, []string{root})
				switch {
				case err != nil && !nameless(ctx, err):
					yield(Department{}, clients.InDepartment(root, err))
					return
				case err != nil || len(missing) > 0:
					found = nil
					if !once(withoutRecord(root)) {
						return
					}
				}
				all = clients.Once(d.Vendor(), feishuapi.OpListDepartmentChildren.ID, feishuDepartmentID,
					after(found, d.c.DepartmentsBelow(ctx, root)))
			}
			for raw, err := range all {
				if _, listed := seen[root]; listed && passed(ctx, root, err) {
					break
				}
				if err != nil {
					yield(Department{}, err)
					return
				}
				if !once(feishuDepartment(raw)) {
					return
				}
			}
		}
	}
}

func feishuDepartmentID(raw feishuapi.Department) string { return raw.OpenDepartmentID }

// top is the record of the root. It is told to apps that see the whole company; where it is not,
// the root has a name that stands in.
func (d *feishuDirectory) top(ctx context.Context) (Department, error) {
	answer, err := d.c.GetDepartment(ctx, feishuRoot, nil)
	root := Department{ID: feishuRoot, Name: feishuRootName, Unknown: []string{fieldName}}
	switch {
	case err == nil:
		told := feishuDepartment(answer.Data.Department)
		told.ID, told.ParentID, told.Unknown = root.ID, "", nil
		if told.Name == "" {
			told.Name, told.Unknown = root.Name, root.Unknown
		}
		if told.ExternalID == feishuRoot {
			told.ExternalID = ""
		}
		return told, nil
	case errors.Is(err, clients.ErrUnavailable):
		return Department{}, err
	}
	silences := []error{clients.ErrPermission, clients.ErrNotFound, clients.ErrInvalidArgument, clients.ErrBadResponse}
	for _, silence := range silences {
		if errors.Is(err, silence) {
			return root, nil
		}
	}
	return Department{}, err
}

func (d *feishuDirectory) Members(ctx context.Context, departmentID string) iter.Seq2[User, error] {
	return users(d.rows(ctx, departmentID))
}

func (d *feishuDirectory) rows(ctx context.Context, departmentID string) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		for raw, err := range d.c.DepartmentUsers(ctx, departmentID) {
			var user User
			if err == nil {
				user, err = d.user(ctx, raw)
			}
			if !yield(row{user: user, whole: raw.DepartmentIDs != nil}, err) || err != nil {
				return
			}
		}
	}
}

func (d *feishuDirectory) User(ctx context.Context, id string) (User, error) {
	answer, err := d.c.GetUser(ctx, id, nil)
	if err != nil {
		return User{}, err
	}
	return d.user(ctx, answer.Data.User)
}

// words are names that the company gave to ids.
type words struct {
	mu    sync.Mutex
	known map[string]string
	no    bool // the app may not read them
}

// read returns the names, which are read once, and whether the app may read them.
func (w *words) read(all func(yield func(id, name string) bool) error) (names map[string]string, ok bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.known != nil {
		return w.known, !w.no, nil
	}
	known := make(map[string]string)
	err = all(func(id, name string) bool {
		known[id] = name
		return true
	})
	no := errors.Is(err, clients.ErrPermission)
	if err != nil && !no {
		return nil, false, err
	}
	w.known, w.no = known, no
	return known, !no, nil
}

func (d *feishuDirectory) attributeNames(ctx context.Context) (names map[string]string, ok bool, err error) {
	return d.attributes.read(func(yield func(id, name string) bool) error {
		for attr, err := range d.c.CustomAttrs(ctx) {
			if err != nil {
				return err
			}
			yield(attr.ID, inChinese(attr.I18NName))
		}
		return nil
	})
}

func (d *feishuDirectory) employeeTypes(ctx context.Context) (names map[string]string, ok bool, err error) {
	return d.employees.read(func(yield func(id, name string) bool) error {
		for kind, err := range d.c.EmployeeTypes(ctx) {
			if err != nil {
				return err
			}
			yield(kind.EnumValue, kind.Content)
		}
		return nil
	})
}

// inChinese is a text in the language that a company's own words are written in, or in another if there is none.
func inChinese(texts []feishuapi.LocaleText) string {
	for _, text := range texts {
		if text.Locale == "zh_cn" && text.Value != "" {
			return text.Value
		}
	}
	for _, text := range texts {
		if text.Value != "" {
			return text.Value
		}
	}
	return ""
}

// user adds the names of what has only an id in the record of a user.
func (d *feishuDirectory) user(ctx context.Context, raw feishuapi.User) (User, error) {
	u := feishuUser(raw)
	switch raw.EmployeeType {
	case 0:
	case 1:
		u.EmployeeType = EmployeePermanent
	case 2:
		u.EmployeeType = EmployeeIntern
	case 3:
		u.EmployeeType = EmployeeOutsourced
	case 4:
		u.EmployeeType = EmployeeLabour
	case 5:
		u.EmployeeType = EmployeeConsultant
	default:
		names, ok, err := d.employeeTypes(ctx)
		if err != nil {
			return User{}, err
		}
		number := strconv.FormatInt(raw.EmployeeType, 10)
		if u.EmployeeType = names[number]; u.EmployeeType == "" {
			u.EmployeeType = number
		}
		if !ok {
			u.standIn(fieldEmployeeType)
		}
	}
	if raw.CustomAttrs == nil {
		return u, nil
	}
	u.Attributes = make(map[string]string, len(raw.CustomAttrs))
	if len(raw.CustomAttrs) == 0 {
		return u, nil
	}
	names, ok, err := d.attributeNames(ctx)
	if err != nil {
		return User{}, err
	}
	if !ok {
		u.standIn(fieldAttributes)
	}
	for _, attr := range raw.CustomAttrs {
		name := names[attr.ID]
		if _, taken := u.Attributes[name]; taken || name == "" {
			name = attr.ID
		}
		v := attr.Value
		for _, text := range []string{v.OptionValue, v.Name, v.URL, v.Text, v.OptionID, v.GenericUser.ID} {
			if text != "" {
				u.Attributes[name] = text
				break
			}
		}
	}
	return u, nil
}

func feishuDepartment(raw feishuapi.Department) Department {
	d := Department{
		ID:         raw.OpenDepartmentID,
		ParentID:   raw.ParentDepartmentID,
		Name:       raw.Name,
		ExternalID: raw.DepartmentID,
		Order:      raw.Order,
		Raw:        raw,
	}
	if raw.ParentDepartmentID == "" { // even the first level has one
		d.withhold(fieldParent, fieldPath)
	}
	switch {
	case len(raw.Leaders) > 0:
		for _, leader := range raw.Leaders {
			d.LeaderIDs = append(d.LeaderIDs, leader.LeaderID)
		}
		slices.Sort(d.LeaderIDs)
	case raw.LeaderUserID != "":
		d.LeaderIDs = []string{raw.LeaderUserID}
	case raw.Name != "" && raw.ParentDepartmentID != "":
		// Leaders are null where there are none. An app that may read name and parent may read them.
		d.LeaderIDs = []string{}
	}
	return d
}

func feishuUser(raw feishuapi.User) User {
	u := User{
		ID: raw.OpenID, UnionID: raw.UnionID, UserName: raw.UserID, UserNameFrom: UserNameFromFeishuID,
		DisplayName: raw.Name,
		NickName:    raw.Nickname, Title: raw.JobTitle, PhotoURL: raw.Avatar.AvatarOrigin, Location: raw.WorkStation,
		EmployeeNo: raw.EmployeeNo, ManagerID: raw.LeaderUserID, Raw: raw,
		HireDate: day(time.Unix(orZero(raw.JoinTime), 0)),
	}
	if u.UserName == "" {
		u.UserName, u.UserNameFrom = raw.OpenID, UserNameFromOpenID // without the permission for user_id
	}
	if u.NickName == "" {
		u.NickName = raw.EnName
	}
	if u.Location == "" {
		u.Location = raw.City
	}
	if s := raw.Status; s != nil {
		switch {
		case s.IsResigned || s.IsExited:
			u.Status = StatusLeft
		case s.IsFrozen:
			u.Status = StatusDisabled
		case s.IsActivated && !s.IsUnjoin:
			u.Status = StatusActive
		default:
			u.Status = StatusPending
		}
	}
	switch orZero(raw.Gender) {
	case feishuapi.GenderMale:
		u.Gender = GenderMale
	case feishuapi.GenderFemale:
		u.Gender = GenderFemale
	}
	u.Emails = u.contacts(fieldEmails, contact{kindWork, raw.EnterpriseEmail, false},
		contact{kindHome, raw.Email, false})
	u.PhoneNumbers = u.contacts(fieldPhones, contact{kindMobile, mapped(raw.Mobile, e164), false})
	if raw.DepartmentIDs == nil {
		return u
	}
	u.Departments = []Membership{}
	orders, primary := make(map[string]feishuapi.UserOrder, len(raw.Orders)), feishuPrimary(raw.Orders)
	for _, order := range raw.Orders {
		orders[order.DepartmentID] = order
	}
	for _, id := range raw.DepartmentIDs {
		m := Membership{DepartmentID: id, Order: orderText(orZero(orders[id].UserOrder))}
		if primary != "" {
			m.Primary = new(id == primary)
		}
		u.Departments = append(u.Departments, m)
	}
	return u
}

// feishuPrimary is the main department: the one with the mark, and in old records, which have no marks, the one with
// the largest department_order. "" is not known.
func feishuPrimary(orders []feishuapi.UserOrder) string {
	primary, largest := "", int64(0)
	for _, order := range orders {
		if order.IsPrimaryDept != nil && *order.IsPrimaryDept {
			return order.DepartmentID
		}
		if place := orZero(order.DepartmentOrder); place > largest {
			primary, largest = order.DepartmentID, place
		}
	}
	return primary
}
