package specs

import "strings"

// Vendors returns the names of the documents in FS without their ending, sorted: "dingtalk", "feishu", "wecom", "wps".
func Vendors() []string {
	entries, _ := FS.ReadDir(".") // fails for a malformed name only
	var names []string
	for _, entry := range entries {
		names = append(names, strings.TrimSuffix(entry.Name(), ".yaml"))
	}
	return names
}
