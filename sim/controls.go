package sim

import (
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/dingtalk"
	"github.com/roster-go/roster/sim/internal/feishu"
	"github.com/roster-go/roster/sim/internal/wecom"
	"github.com/roster-go/roster/sim/internal/wps"
)

// WeCom is what a test can see and do of WeCom beside its interface: what people do in a browser or administrators in
// the console, and what reaches people by mail.
//
//   - Consent(userID) returns the ticket that the self-built app gets when the person opens its page and agrees to show
//     private fields. It is for GetUserDetailByTicket.
//   - OpenVerificationPage(userID) returns the code with which the corp's verification page is opened when WeCom asks
//     the person for the second check. It is for GetTFAInfo, once.
//   - LoginCode(userID, private) returns the code that the self-built app gets at its redirect address when the person
//     signs in, with or without consent to private fields. It is for GetUserInfo, once and within five minutes. A
//     browser gets one at the addresses of the client's AuthorizeURL. SuiteLoginCode(userID, private) does the same for
//     the third-party app.
//   - LimitApps(departments, people...) sets the visible range (可见范围) of the demo apps to these departments, all below
//     them, and these people; without any they see the whole corp again. AllowTags(tags...) adds who is in these tags.
//   - PushSuiteTicket() pushes another ticket to the third-party app and returns it; older ones are good for half an
//     hour. InstallSuite() has an administrator install that app, and returns the code for GetPermanentCode;
//     UninstallSuite() takes it away.
//   - Invited() returns all invitations so far. A person may be invited more than once.
type WeCom = wecom.Controls

// WeCom returns the simulator's WeCom controls.
func (s *Simulator) WeCom() *WeCom {
	part, _ := s.desk.Vendor(VendorWeCom).(*wecom.Vendor)
	return part.Controls()
}

// DingTalk is what a test can see and do of DingTalk beside its interface: what people do in the app, administrators in
// the console, and DingTalk by itself.
//
//   - Ban(ban) bans all callers for the next five minutes of the simulator's clock, as DingTalk does with an IP address
//     from which there were too many calls; see [DingTalkBan]. LiftBan() ends the ban.
//   - PushTicket() pushes another ticket to the third-party app and returns it. From then on no other is good.
//   - LimitApps(departments, people) sets the contact scope (通讯录权限范围) of the apps to these departments, all below them,
//     and these people. UnlimitApps() gives them the whole corp again.
//   - Withdraw(point) takes a permission point, such as "qyapi_get_member", from the apps, and Grant(point) gives it
//     back.
//   - LoginCode(userID) returns the code that the app gets when the person opens it in a DingTalk client. It is for
//     getUserByAuthCode, once and within five minutes.
//   - Authorize(userID) opens the sign-in page as the person, agrees, and returns the authorization code that the
//     browser brings to the internal app. It is for getUserToken, once and within five minutes. The page itself is at
//     /oauth2/auth below DingTalkURL.
//   - ExpectToJoin(ids...) puts ids on the list of those who are to join and are no members yet.
type DingTalk = dingtalk.Controls

// DingTalkBan is what DingTalk answers to everything that a banned IP address asks: neither answer has an errcode. The
// zero value is a notice in JSON; HTML puts a page in its place. Status is the HTTP status, by default 403 for the
// notice and 200 for the page; the vendor does not document it. 10,000 calls within 20 seconds lead to a ban by
// themselves; WithQuota sets another limit for the name "address" in place of an operation's.
type DingTalkBan = dingtalk.Ban

// DingTalk returns the simulator's DingTalk controls.
func (s *Simulator) DingTalk() *DingTalk {
	part, _ := s.desk.Vendor(VendorDingTalk).(*dingtalk.Vendor)
	return part.Controls()
}

// Feishu is what a test can see and do of Feishu beside its interface: what people do in a browser or administrators in
// the console, and what reaches people by mail. User ids are those of the company, not of Feishu.
//
//   - Authorize(userID, consent) opens the authorize page as the person, agrees, and returns the authorization code
//     that the browser brings to the self-built app; see [FeishuConsent]. The code is good for five minutes, and once.
//   - RevokeConsent(userID) takes back what the person has agreed to so far: user tokens are refused from now on,
//     refresh tokens with 20064.
//   - LimitApps(departments, userIDs...) sets the contact range (通讯录权限范围) of the demo apps to these departments and all
//     below them, and to single people. RootDepartment stands for all members.
//   - GroupID(key) and RoleID(key) are the ids of a group of the company, of kind Tag as a user group and of kind Role
//     as a functional role. LimitAppsToGroups(keys...) sets the contact range to user groups. JobTitleID(title),
//     WorkCityID(city) and EmployeeTypeID(number) are ids on the tenant's other lists.
//   - SignIn(userID, terminal) signs a person in on a kind of device (1 PC, 2 browser, 3 Android, 4 iOS, 5 server, 6
//     old mini-program, 8 other mobile) and returns the session id, which LogoutUser takes. SignedIn(sid) tells whether
//     the session is still open.
//   - Invited() returns all invitations so far: a text message or mail goes to whoever is created.
type Feishu = feishu.Controls

// FeishuConsent is what an app asks a person for on the authorize page, and what the person agrees to. Scopes are the
// scopes of the user token; without offline_access there is no refresh token, and nil stands for all that the app has,
// and offline_access. RedirectURI is to be repeated when the code is exchanged; CodeChallenge and CodeChallengeMethod
// ("S256", or "plain" and empty) are those of PKCE. Each of them is empty for none.
type FeishuConsent = feishu.Consent

// Feishu returns the simulator's Feishu controls.
func (s *Simulator) Feishu() *Feishu {
	part, _ := s.desk.Vendor(VendorFeishu).(*feishu.Vendor)
	return part.Controls()
}

// WPS is what a test can do of WPS 365 beside its interface: what people do in a browser and administrators in the
// console.
//
//   - SignIn(userID, redirectURI, scopes...) returns the authorization code that the self-built app gets at redirectURI
//     when the person with the staff id signs in. It is good for ten minutes and for one token request. The user's
//     token has the scopes, by default kso.user_base.read and kso.user_current_id.read, as far as the app was granted
//     them. Signing in activates the account; it fails if the person is disabled. A browser gets the same from the page
//     /oauth2/auth, where the parameter sim_user says at once who signs in.
//   - NewAppTicket() returns a ticket as WPS pushes it to the third-party app. Only the newest ticket is good.
//   - SetDataPermission(departments, people...) changes what the demo apps see (数据权限) to these departments, all below
//     them, and these people. Without any they see nothing; with the root they see everything.
//   - OldUserID(key), OldDepartmentID(key) and OldCompanyID() return ids of the older platform, for convertIds.
type WPS = wps.Controls

// WPS returns the simulator's WPS controls.
func (s *Simulator) WPS() *WPS {
	part, _ := s.desk.Vendor(VendorWPS).(*wps.Vendor)
	return part.Controls()
}

// Invitation is a message that a real person would have got: the UserID of the person, the operationId of the Operation
// that caused it, and the Time by the simulator's clock.
type Invitation = desk.Invitation
