package wire

// FieldAccess is what a vendor's document says of a field of its answers that not every app gets.
type FieldAccess struct {
	// Field is a schema of the document and a property of it, such as "Member.mobile".
	Field string

	// Scopes are permissions, any of which opens the field, by the names of the vendor. Nil means that none is needed
	// beyond that of the call.
	Scopes []string

	// Rules are what has to hold beside that.
	Rules []FieldRule

	// Confidence tells how sure that is, in the words that documents have for operations: "machine", "doc", "sdk",
	// "peer", "seed" or "guess".
	Confidence string
}

// FieldRule names what a field depends on beside permissions. All rules of a field have to hold.
type FieldRule string

// The rules.
const (
	// FieldOwnAppBeforeJune2022: of the company's own apps at WeCom, only those have the field that were created before
	// 20 June 2022, 20:00 Beijing time. They need no scope; apps that a provider runs (代开发) need one, whatever their
	// age. Everybody else asks the person, see GetUserDetailByTicket.
	FieldOwnAppBeforeJune2022 FieldRule = "own-app-before-2022-06-20"
	// FieldOwnApp: third-party apps do not have the field.
	FieldOwnApp FieldRule = "own-app"
	// FieldThirdPartyApp: the company's own apps do not have the field.
	FieldThirdPartyApp FieldRule = "third-party-app"
	// FieldPrivateDeployment: the public cloud does not have the field.
	FieldPrivateDeployment FieldRule = "private-deployment"
	// FieldCompanyAllows: the company has to allow it in its console.
	FieldCompanyAllows FieldRule = "company-allows"
	// FieldCompanyMail: the company has to use the vendor's mail.
	FieldCompanyMail FieldRule = "company-mail"
	// FieldConsent: the person has to agree.
	FieldConsent FieldRule = "consent"
	// FieldUserToken: the token has to be a person's.
	FieldUserToken FieldRule = "user-token"
)

// FieldRules lists the rules.
func FieldRules() []FieldRule {
	return []FieldRule{FieldOwnAppBeforeJune2022, FieldOwnApp, FieldThirdPartyApp, FieldPrivateDeployment,
		FieldCompanyAllows, FieldCompanyMail, FieldConsent, FieldUserToken}
}

// Permission is a permission of a vendor.
type Permission struct {
	Name  string // such as "contact:user.phone:readonly"
	Title string // what the vendor's console calls it
}
