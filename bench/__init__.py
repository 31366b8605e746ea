"""Speed, size and accuracy of this model beside the notebook's and those of its peers."""
