package plan

func feishu() Plan {
	department := map[string]string{"department_id": "$department"}
	return Plan{
		Reads: []Step{
			{Operation: "listScopes", Keep: map[string]string{"/data/department_ids/0": "department",
				"/data/user_ids/0": "user"}},
			{Operation: "listDepartmentChildren", Path: map[string]string{"department_id": "0"},
				Query: map[string]string{"page_size": "20"},
				Keep:  map[string]string{"/data/items/0/open_department_id": "department"}},
			{Operation: "listDepartments", Query: map[string]string{"parent_department_id": "0", "page_size": "20"},
				Keep: map[string]string{"/data/items/0/open_department_id": "department"}},
			{Operation: "getDepartment", Path: department},
			{Operation: "batchGetDepartments", Query: map[string]string{"department_ids": "$department"}},
			{Operation: "listDepartmentParents", Query: department},
			{Operation: "listUsersByDepartment", Query: map[string]string{"department_id": "$department|0",
				"page_size": "20"}, Keep: map[string]string{
				"/data/items/0/open_id": "user", "/data/items/0/union_id": "union_id", "/data/items/0/mobile": "mobile",
			}},
			{Operation: "listUsers", Query: map[string]string{"department_id": "$department|0", "page_size": "20"},
				Keep: map[string]string{"/data/items/0/open_id": "user"}},
			{Operation: "getUser", Path: map[string]string{"user_id": "$user"},
				Keep: map[string]string{"/data/user/union_id": "union_id", "/data/user/mobile": "mobile"}},
			{Operation: "batchGetUsers", Query: map[string]string{"user_ids": "$user"}},
			{Operation: "batchGetUserBasics", Body: `{"user_ids": ["$user"]}`},
			{Operation: "batchGetUserIds", Body: `{"mobiles": ["$mobile"]}`},
			{Operation: "convertUnionIds", Query: map[string]string{"union_ids": "$union_id"}},
			{Operation: "listAppScopes"},
			{Operation: "listCustomAttrs", Query: map[string]string{"page_size": "20"}},
			{Operation: "listEmployeeTypeEnums", Query: map[string]string{"page_size": "20"}},
			{Operation: "getJsapiTicket"},

			// These need a person's consent, which most apps do without.
			{Operation: "getUserInfo"},
			{Operation: "searchUsers", Query: map[string]string{"query": "a"}},
			{Operation: "searchUsersV3", Body: `{"query": "a"}`},
			{Operation: "searchDepartments", Body: `{"query": "a"}`},
		},
		Writes: []Step{
			{Operation: "createDepartment",
				Body: `{"name": "Contract test $stamp", "parent_department_id": "0", "department_id": "ct$stamp"}`,
				Keep: map[string]string{"/data/department/open_department_id": "new_department"}},
			{Operation: "patchDepartment", Path: map[string]string{"department_id": "$new_department"},
				Body: `{"name": "Contract test $stamp b"}`},
			{Operation: "replaceDepartment", Path: map[string]string{"department_id": "$new_department"},
				Body: `{"name": "Contract test $stamp c", "parent_department_id": "0"}`},
			{Operation: "updateDepartmentId", Path: map[string]string{"department_id": "$new_department"},
				Body: `{"new_department_id": "cu$stamp"}`},
			{Operation: "createUser", Body: `{"name": "Contract Test", "mobile": "$test_mobile", "department_ids": ` +
				`["$new_department"], "employee_type": 1, "user_id": "ct$stamp"}`,
				Keep: map[string]string{"/data/user/open_id": "new_user"}},
			{Operation: "patchUser", Path: map[string]string{"user_id": "$new_user"}, Body: `{"nickname": "Tester"}`},
			{Operation: "updateUserId", Path: map[string]string{"user_id": "$new_user"},
				Body: `{"new_user_id": "cu$stamp"}`},
			{Operation: "deleteUser", Path: map[string]string{"user_id": "$new_user"}, Body: `{}`, Always: true},
			{Operation: "deleteDepartment", Path: map[string]string{"department_id": "$new_department"}, Always: true},
		},
		Not: map[string]string{
			"getTenantAccessTokenInternal": notToken,
			"getAppAccessTokenInternal":    notToken,
			"getTenantAccessToken":         "for store apps only",
			"getAppAccessToken":            "for store apps only",
			"resendAppTicket":              "for store apps only",
			"createOauthToken":             notLogin,
			"logoutUser":                   "ends a person's sessions",
			"unbindDepartmentChat":         "turns a department's chat into another one: " + notWrite,
			"resurrectUser": "takes a licence for good, and needs a user who was deleted with the " +
				"app's knowledge",
			"replaceUser": "clears what is not sent, and old apps only may call it",
		},
	}
}
