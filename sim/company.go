package sim

import "github.com/roster-go/roster/sim/internal/company"

// Organisation is the made-up company behind a simulator: its departments, its staff and who is where. It is the truth
// that a walk through any vendor's interface must arrive at. All methods may be used while requests are being answered;
// what they return is a copy.
//
//   - Departments, Department, FindDepartment, Children and Subtree read departments;
//   - People, Person, FindPerson, Members, Leaders and FormerPeople read people;
//   - AddDepartment, UpdateDepartment and RemoveDepartment change departments;
//   - AddPerson, UpdatePerson, MovePerson, RemovePerson and RestorePerson change people;
//   - Groups reads groups of people, AddGroup, UpdateGroup and RemoveGroup change them.
//
// A change that is not possible changes nothing and returns an error that wraps [ErrUnknown], [ErrTaken], [ErrNotEmpty]
// or [ErrInvalid].
type Organisation = company.Organisation

// Person is somebody on the staff, or a former member of it. The fields are
//
//   - Key, the simulator's own number;
//   - UserID, the id that the company chose, and the ids that vendors gave: WeComOpenUserID, WeChatOpenID,
//     DingTalkUnionID, FeishuUserID, FeishuOpenID, FeishuUnionID and WPSUserID;
//   - Name, EnglishName, Nickname, [Gender], [Mobile], Email, CorpEmail, Telephone, Position, EmployeeNumber,
//     [Employment], Hired, City, WorkPlace, Address, AvatarURL and Remark, many of which are empty for some;
//   - [Status], MobileHidden, Admin and Founder;
//   - Memberships, MainDepartment, Manager and Attributes, see [Membership] and [Attribute];
//   - Created, Changed and Left, which is zero while the person is on the staff.
//
// Its method In returns the person's membership of a department.
type Person = company.Person

// PersonKey is the simulator's own number of a person. It is on no wire and is never used again for somebody else.
type PersonKey = company.PersonKey

// PersonID names one of the ids by which a person can be found with Organisation.FindPerson.
type PersonID = company.PersonID

// The ids of a person. All of them are unique among the staff.
const (
	ByUserID          PersonID = company.ByUserID    // case is ignored
	ByMobile          PersonID = company.ByMobile    // E.164
	ByEmail           PersonID = company.ByEmail     // case is ignored
	ByCorpEmail       PersonID = company.ByCorpEmail // case is ignored
	ByWeComOpenUserID PersonID = company.ByWeComOpenUserID
	ByWeChatOpenID    PersonID = company.ByWeChatOpenID
	ByDingTalkUnionID PersonID = company.ByDingTalkUnionID
	ByFeishuUserID    PersonID = company.ByFeishuUserID
	ByFeishuOpenID    PersonID = company.ByFeishuOpenID
	ByFeishuUnionID   PersonID = company.ByFeishuUnionID
	ByWPSUserID       PersonID = company.ByWPSUserID
)

// Membership is a person's place in one Department: the Order among its members, larger first, the DingTalkOrder, which
// may not fit into a float64, and whether the person is a Leader there.
type Membership = company.Membership

// Attribute is a self-defined field with a Name: a Text, or a link if URL is set.
type Attribute = company.Attribute

// Gender of a person. The numbers are those of WeCom and Feishu.
type Gender = company.Gender

// The genders.
const (
	GenderUnknown Gender = company.GenderUnknown
	GenderMale    Gender = company.GenderMale
	GenderFemale  Gender = company.GenderFemale
)

// Status is what a person may do with the account.
type Status = company.Status

// The states of an account.
const (
	StatusActive       Status = company.StatusActive       // has signed in
	StatusNotActivated Status = company.StatusNotActivated // has not signed in yet
	StatusDisabled     Status = company.StatusDisabled     // was locked by an administrator
)

// Employment is the kind of contract. The numbers are those of Feishu's employee_type.
type Employment = company.Employment

// The kinds of contract.
const (
	EmploymentRegular    Employment = company.EmploymentRegular
	EmploymentIntern     Employment = company.EmploymentIntern
	EmploymentOutsourced Employment = company.EmploymentOutsourced
	EmploymentLabour     Employment = company.EmploymentLabour
	EmploymentConsultant Employment = company.EmploymentConsultant
)

// Mobile is a mobile number, split into Country, the calling code without the plus, and Number. The zero value is no
// number. Its method E164 returns "+8613000000001", and Short leaves the code of the mainland out.
type Mobile = company.Mobile

// ParseMobile reads "13000000001", "+86 13000000001" and "+852-55500001". Without a country code a number is of the
// mainland.
func ParseMobile(text string) (Mobile, bool) { return company.ParseMobile(text) }

// Department is one department of the company: its Key and that of its Parent, Name, EnglishName and Order, the ids
// WeComID, DingTalkID, FeishuID, FeishuOpenID and WPSID, and when it was Created. A Department handed out by an
// [Organisation] is a copy: changing it changes nothing else.
type Department = company.Department

// DepartmentKey is the simulator's own number of a department. It is on no wire, starts at 1 for the root and is never
// used again for another department.
type DepartmentKey = company.DepartmentKey

// RootDepartment is the department at the top, which is the company itself.
const RootDepartment DepartmentKey = company.RootDepartment

// DepartmentID names one of the ids by which a department can be found with Organisation.FindDepartment.
type DepartmentID = company.DepartmentID

// The ids of a department. All of them are unique.
const (
	ByWeComID                DepartmentID = company.ByWeComID    // decimal
	ByDingTalkID             DepartmentID = company.ByDingTalkID // decimal
	ByFeishuID               DepartmentID = company.ByFeishuID
	ByFeishuOpenDepartmentID DepartmentID = company.ByFeishuOpenDepartmentID
	ByWPSID                  DepartmentID = company.ByWPSID
)

// Group is a group of people that cuts across the departments: Key, the simulator's own number, its [GroupKind], a
// Name, which is unique among the groups of a kind, and as members People and, with all below them, Departments.
type Group = company.Group

// GroupKey is the simulator's own number of a group. It is on no wire and is never used again for another group.
type GroupKey = company.GroupKey

// GroupKind tells what a group is for.
type GroupKind = company.GroupKind

// The kinds of groups.
const (
	Tag  GroupKind = company.Tag  // people and departments: WeCom's tags, Feishu's user groups
	Role GroupKind = company.Role // people only: DingTalk's roles, Feishu's functional roles
)

// The ways in which a change of the organisation can be refused. Errors wrap one of them.
var (
	ErrUnknown  = company.ErrUnknown
	ErrTaken    = company.ErrTaken
	ErrNotEmpty = company.ErrNotEmpty
	ErrInvalid  = company.ErrInvalid
)

// TakenError says that another person or department has a value already: What is a PersonID, a DepartmentID or the name
// of a department among its siblings, and Value is the value. It wraps ErrTaken.
type TakenError = company.TakenError
