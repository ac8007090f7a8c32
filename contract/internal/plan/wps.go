package plan

func wps() Plan {
	department := map[string]string{"dept_id": "$department|$root"}
	user := map[string]string{"user_id": "$user"}
	return Plan{
		Reads: []Step{
			{Operation: "getCurrentCompany"},
			{Operation: "getContactsPermissionScope", Query: map[string]string{"scopes": "org"}},
			{Operation: "listContactsPermissionScopeEntities",
				Query: map[string]string{"scopes": "org", "page_size": "100"}},
			{Operation: "getRootDept",
				Keep: map[string]string{"/data/id": "root", "/data/ex_dept_id": "ex_department"}},
			{Operation: "listChildDepts", Path: map[string]string{"dept_id": "$root"},
				Query: map[string]string{"page_size": "20"}, Keep: map[string]string{"/data/items/0/id": "department",
					"/data/items/0/ex_dept_id": "ex_department"}},
			{Operation: "batchReadDepts", Body: `{"dept_ids": ["$department|$root"]}`,
				Keep: map[string]string{"/data/items/0/ex_dept_id": "ex_department"}},
			{Operation: "getDeptsByExIds", Body: `{"ex_dept_ids": ["$ex_department"]}`},
			{Operation: "listUsers", Query: map[string]string{"status": "active", "page_size": "20",
				"with_dept": "true"}, Keep: map[string]string{
				"/data/items/0/id": "user", "/data/items/0/email": "email", "/data/items/0/phone": "phone",
				"/data/items/0/ex_user_id": "ex_user",
			}},
			{Operation: "listDeptMembers", Path: department,
				Query: map[string]string{"status": "active", "page_size": "20", "with_user_detail": "true",
					"with_dept_detail": "true"},
				Keep: map[string]string{"/data/items/0/user_id": "user"}},
			{Operation: "getUser", Path: user, Query: map[string]string{"with_dept": "true"},
				Keep: map[string]string{"/data/email": "email", "/data/phone": "phone", "/data/ex_user_id": "ex_user"}},
			{Operation: "batchReadUsers", Body: `{"user_ids": ["$user"], "status": ["active"], "with_dept": true}`},
			{Operation: "listUserDepts", Path: user, Keep: map[string]string{"/data/items/0/id": "users_department"}},
			{Operation: "batchReadDeptMembers", Path: map[string]string{"dept_id": "$users_department|$department"},
				Body: `{"status": ["active"], "user_ids": ["$user"], "with_user_detail": true, "with_dept_detail": ` +
					`true}`},
			{Operation: "getUsersByEmails", Body: `{"emails": ["$email"], "status": ["active"]}`},
			{Operation: "getUsersByPhones", Body: `{"phones": ["$phone"], "status": ["active"]}`},
			{Operation: "getUsersByExUserIds", Body: `{"ex_user_ids": ["$ex_user"], "status": ["active"]}`},
			{Operation: "batchReadCustomAttrDefs"},
			{Operation: "batchReadUserCustomAttrs", Body: `{"user_ids": ["$user"]}`},

			// These need the token of a person who has signed in.
			{Operation: "getCurrentUser"},
			{Operation: "getCurrentUserId"},
		},
		Writes: []Step{
			{Operation: "getRootDept", Keep: map[string]string{"/data/id": "root"}},
			{Operation: "createDept", Body: `{"name": "contract test $stamp", "parent_id": "$root"}`,
				Keep: map[string]string{"/data/id": "new_department", "/data/dept_id": "new_department"}},
			{Operation: "updateDept", Path: map[string]string{"dept_id": "$new_department"},
				Body: `{"name": "contract test $stamp b"}`},
			{Operation: "createUser",
				Body: `{"user_name": "Contract Test", "dept_ids": ["$root"], "login_name": "contract$stamp"}`,
				Keep: map[string]string{"/data/id": "new_user"}},
			{Operation: "updateUser", Path: map[string]string{"user_id": "$new_user"}, Body: `{"title": "Tester"}`},
			{Operation: "addDeptMember", Path: map[string]string{"dept_id": "$new_department", "user_id": "$new_user"}},
			{Operation: "batchUpdateUserOrder",
				Body: `{"user_order_list": [{"user_id": "$new_user", "dept_id": "$new_department", "order": 1}]}`},
			{Operation: "batchUpdateUserDept",
				Body: `{"user_dept_info_list": [{"user_id": "$new_user", "dept_ids": ["$root", "$new_department"]}]}`},
			{Operation: "removeDeptMember",
				Path: map[string]string{"dept_id": "$new_department", "user_id": "$new_user"}, Always: true},
			{Operation: "batchDisableUsers", Body: `{"user_ids": ["$new_user"]}`},
			{Operation: "batchEnableUsers", Body: `{"user_ids": ["$new_user"]}`},
			{Operation: "deleteUser", Path: map[string]string{"user_id": "$new_user"}, Always: true},
			{Operation: "deleteDept", Path: map[string]string{"dept_id": "$new_department"}, Always: true},
			{Operation: "createDept", Body: `{"name": "contract test $stamp c", "parent_id": "$root"}`,
				Keep: map[string]string{"/data/id": "second_department", "/data/dept_id": "second_department"}},
			// private deployments only
			{Operation: "batchDeleteDepts", Body: `{"dept_ids": ["$second_department"]}`, Always: true},
			{Operation: "deleteDept", Path: map[string]string{"dept_id": "$second_department"}, Always: true},
		},
		Not: map[string]string{
			"oauthToken":                 notToken,
			"convertIds":                 "needs ids of the old open platform",
			"batchCreateCustomAttrDefs":  "changes the fields of all users",
			"batchUpdateCustomAttrDefs":  "changes the fields of all users",
			"batchDeleteCustomAttrDefs":  "changes the fields of all users",
			"batchUpdateUserCustomAttrs": "needs a field of the company's own",
		},
	}
}
