package sim

import (
	"fmt"

	"github.com/roster-go/roster/sim/internal/desk"
)

// CauseKind is something that keeps an app from the directory, or from part of it: what an administrator has set or
// left out, what the vendor has ruled, or what is set wrong on the side of the client. The text is what a command line
// calls it.
type CauseKind = desk.CauseKind

// The kinds of causes. Simulator.CauseKinds tells which a vendor has.
const (
	// CausePermissionMissing takes permissions from the apps. Cause.Names are those of the vendor (scopes at Feishu and
	// WPS, permission points at DingTalk) or operationIds: the operation is refused then, whatever permission it needs.
	// WeCom has none with names for operations. A permission that opens fields takes them along.
	CausePermissionMissing CauseKind = desk.CausePermissionMissing
	// CauseFieldPermissionMissing withholds fields. Cause.Names are the vendor's permissions that open them (at
	// DingTalk fieldMobile and fieldEmail; at WeCom contact:sensitive:mobile and the like, which only the provider's
	// app needs) or names of members of its answers, such as "mobile". The fields are absent, as the vendors have it; a
	// gender that WeCom withholds is "0".
	CauseFieldPermissionMissing CauseKind = desk.CauseFieldPermissionMissing
	// CauseRangeEmpty gives the apps a range (可见范围, 通讯录权限范围, 数据权限) without anybody. WeCom's contact sync has none.
	CauseRangeEmpty CauseKind = desk.CauseRangeEmpty
	// CauseRangePartial gives the apps the range of Cause.Departments with all below them, and Cause.People.
	CauseRangePartial CauseKind = desk.CauseRangePartial
	// CauseSecretOfAnotherKind makes the demo credentials those of another kind of app. At WeCom the secrets of the
	// contact sync and of the self-built app have changed places; DingTalk does not know the app key, as it is with a
	// suite's; Feishu does not know the app, as it is with one of Lark; at WPS the app is a third party's.
	CauseSecretOfAnotherKind CauseKind = desk.CauseSecretOfAnotherKind
	// CauseAddressRefused refuses the caller's IP address (企业可信IP, 服务器出口IP, IP 白名单). Tokens are sold all the same.
	CauseAddressRefused CauseKind = desk.CauseAddressRefused
	// CauseAppUnpublished makes the app one that was not released, or not installed.
	CauseAppUnpublished CauseKind = desk.CauseAppUnpublished
	// CauseAppDisabled makes the app one that an administrator has disabled (停用).
	CauseAppDisabled CauseKind = desk.CauseAppDisabled
	// CauseSignatureRefused makes WPS refuse all KSO-1 signatures, as if they were made with another key. That an
	// unsigned call is refused needs no cause: the switch 接口签名 is on unless WithoutWPSSignatures turns it off.
	CauseSignatureRefused CauseKind = desk.CauseSignatureRefused
	// CauseBaseURLWrong puts another product in the vendor's place: it answers everything with a page of HTML, or with
	// Cause.Status 404 as the vendor answers a path that it does not have.
	CauseBaseURLWrong CauseKind = desk.CauseBaseURLWrong
	// CauseClockOff puts the vendor's clock ahead by Cause.By, or behind if it is negative: the Date of answers, the
	// ends of tokens, and what signatures are held against. DingTalk refuses those of third-party apps that are off by
	// more than a minute. For WPS, Cause.Window is how far they may be off; 0 stands for any, since the vendor does not
	// say, or for what WithWPSClockSkew says.
	CauseClockOff CauseKind = desk.CauseClockOff
	// CauseEditionLacks makes the company's edition (套餐) one without the operations that Cause.Names has, or without
	// any.
	CauseEditionLacks CauseKind = desk.CauseEditionLacks
)

// Cause is one such thing. Its Kind is one of the constants above; Names, Departments, People (by user id), By, Window
// and Status are for the kinds whose comments speak of them.
type Cause = desk.Cause

// CauseKinds lists all kinds of causes. Simulator.CauseKinds lists those that a vendor has.
func CauseKinds() []CauseKind { return desk.CauseKinds() }

// CauseKinds lists the kinds of causes that a vendor has.
func (s *Simulator) CauseKinds(vendor string) []CauseKind { return s.desk.Vendor(vendor).Causes() }

// Provoke puts a cause into the world of a vendor until end is called. What the vendor answers from then on is what it
// answers to people who have that problem: its codes and texts are documented or were recorded, except where a comment
// of the vendor's part says otherwise. Any number of causes may be there at once; of several of one kind, names add up,
// and for all else the newest counts.
//
// It panics if the vendor does not have the kind, or if a name is one that the vendor does not have: with a cause that
// does nothing, a test would pass for nothing.
func (s *Simulator) Provoke(vendor string, c Cause) (end func()) {
	end, err := s.desk.Provoke(vendor, c)
	if err != nil {
		panic(fmt.Sprintf("sim: Provoke: %v", err))
	}
	return end
}

// WithCause is Provoke from the start.
func WithCause(vendor string, cause Cause) Option {
	return func(c *config) { c.causes = append(c.causes[:len(c.causes):len(c.causes)], vendorCause{vendor, cause}) }
}

// vendorCause is a cause with the name of the vendor.
type vendorCause struct {
	vendor string
	cause  Cause
}
