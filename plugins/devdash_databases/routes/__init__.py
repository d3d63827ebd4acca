"""What is made of a survey of the routers: findings, explanations, trials. Pure, on the pane's side."""
