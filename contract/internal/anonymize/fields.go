package anonymize

import "strings"

// isPersonal tells whether a field of this name says who somebody is.
func isPersonal(name string) bool {
	name = strings.ToLower(strings.ReplaceAll(name, "_", ""))
	switch name {
	case "errcode", "code", "subcode", "status", "type", "errmsg", "msg", "message":
		return false
	}
	for _, part := range []string{
		"userid", "unionid", "openid", "name", "mobile", "phone", "tel", "mail", "avatar", "address", "nickname",
		"alias", "qrcode",
		"jobnumber", "employeeno", "employeeid", "staffid", "idcard", "birthday",
	} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}

// isID tells whether a number of this name is an id.
func isID(name string) bool {
	name = strings.ToLower(name)
	for _, part := range []string{"id", "ids", "dept", "department", "departments", "party", "id_list", "idlist",
		"parent", "mobile", "phone"} {
		if strings.HasSuffix(name, part) {
			return true
		}
	}
	return false
}

// isTime tells whether a number of this name is a time.
func isTime(name string) bool {
	name = strings.ToLower(name)
	for _, part := range []string{"time", "date", "stamp", "birthday", "created", "updated", "expire"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return strings.HasSuffix(name, "_at")
}

// isLanguage tells whether a key of a map is the name of a language, as zh_cn and en-US are. li_si is somebody.
func isLanguage(key string) bool {
	if len(key) != len("zh_cn") || key[2] != '_' && key[2] != '-' {
		return false
	}
	switch key[:2] {
	case "zh", "en", "ja", "ko", "fr", "de", "es", "it", "pt", "ru", "vi", "th", "id", "ms":
		return true
	}
	return false
}
