package contract

func planFeishu() plan {
	department := map[string]string{"department_id": "$department"}
	return plan{
		reads: []step{
			{operation: "listScopes", keep: map[string]string{"/data/department_ids/0": "department", "/data/user_ids/0": "user"}},
			{operation: "listDepartmentChildren", path: map[string]string{"department_id": "0"}, query: map[string]string{"page_size": "20"}, keep: map[string]string{"/data/items/0/open_department_id": "department"}},
			{operation: "listDepartments", query: map[string]string{"parent_department_id": "0", "page_size": "20"}, keep: map[string]string{"/data/items/0/open_department_id": "department"}},
			{operation: "getDepartment", path: department},
			{operation: "batchGetDepartments", query: map[string]string{"department_ids": "$department"}},
			{operation: "listDepartmentParents", query: department},
			{operation: "listUsersByDepartment", query: map[string]string{"department_id": "$department|0", "page_size": "20"}, keep: map[string]string{
				"/data/items/0/open_id": "user", "/data/items/0/union_id": "union_id", "/data/items/0/mobile": "mobile",
			}},
			{operation: "listUsers", query: map[string]string{"department_id": "$department|0", "page_size": "20"}, keep: map[string]string{"/data/items/0/open_id": "user"}},
			{operation: "getUser", path: map[string]string{"user_id": "$user"}, keep: map[string]string{"/data/user/union_id": "union_id", "/data/user/mobile": "mobile"}},
			{operation: "batchGetUsers", query: map[string]string{"user_ids": "$user"}},
			{operation: "batchGetUserBasics", body: `{"user_ids": ["$user"]}`},
			{operation: "batchGetUserIds", body: `{"mobiles": ["$mobile"]}`},
			{operation: "convertUnionIds", query: map[string]string{"union_ids": "$union_id"}},
			{operation: "listCustomAttrs", query: map[string]string{"page_size": "20"}},
			{operation: "listEmployeeTypeEnums", query: map[string]string{"page_size": "20"}},
			{operation: "getJsapiTicket"},

			// These need a person's consent, which most apps do without.
			{operation: "getUserInfo"},
			{operation: "searchUsers", query: map[string]string{"query": "a"}},
			{operation: "searchUsersV3", body: `{"query": "a"}`},
			{operation: "searchDepartments", body: `{"query": "a"}`},
		},
		writes: []step{
			{operation: "createDepartment", body: `{"name": "Contract test $stamp", "parent_department_id": "0", "department_id": "ct$stamp"}`, keep: map[string]string{"/data/department/open_department_id": "new_department"}},
			{operation: "patchDepartment", path: map[string]string{"department_id": "$new_department"}, body: `{"name": "Contract test $stamp b"}`},
			{operation: "replaceDepartment", path: map[string]string{"department_id": "$new_department"}, body: `{"name": "Contract test $stamp c", "parent_department_id": "0"}`},
			{operation: "updateDepartmentId", path: map[string]string{"department_id": "$new_department"}, body: `{"new_department_id": "cu$stamp"}`},
			{operation: "createUser", body: `{"name": "Contract Test", "mobile": "$test_mobile", "department_ids": ["$new_department"], "employee_type": 1, "user_id": "ct$stamp"}`, keep: map[string]string{"/data/user/open_id": "new_user"}},
			{operation: "patchUser", path: map[string]string{"user_id": "$new_user"}, body: `{"nickname": "Tester"}`},
			{operation: "updateUserId", path: map[string]string{"user_id": "$new_user"}, body: `{"new_user_id": "cu$stamp"}`},
			{operation: "deleteUser", path: map[string]string{"user_id": "$new_user"}, body: `{}`, always: true},
			{operation: "deleteDepartment", path: map[string]string{"department_id": "$new_department"}, always: true},
		},
		not: map[string]string{
			"getTenantAccessTokenInternal": notToken,
			"getAppAccessTokenInternal":    notToken,
			"getTenantAccessToken":         "for store apps only",
			"getAppAccessToken":            "for store apps only",
			"resendAppTicket":              "for store apps only",
			"createOauthToken":             notLogin,
			"logoutUser":                   "ends a person's sessions",
			"unbindDepartmentChat":         "turns a department's chat into another one: " + notWrite,
			"resurrectUser":                "takes a licence for good, and needs a user who was deleted with the app's knowledge",
			"replaceUser":                  "clears what is not sent, and old apps only may call it",
		},
	}
}
